from __future__ import annotations

from collections.abc import Callable

import pytest

from wfsim.control.every import Every
from wfsim.messages import Candidate, Request


@pytest.mark.parametrize(
    ("every", "held", "send"), [(1, 0, True), (2, 0, False), (2, 1, True), (3, 1, False), (3, 2, True)]
)
def test_every_nth_update_is_sent(known: Callable[..., Candidate], setting, every: int, held: int, send: bool) -> None:
    controller, cohort = Every(every=every), [known("a", held=held), known("b", held=7)]
    (grant,) = controller.grants([Request(device="a", round=1, snr_db=-99.0)], cohort, setting(), None)
    assert (grant.send, grant.band_weight) == (send, 0.5)
