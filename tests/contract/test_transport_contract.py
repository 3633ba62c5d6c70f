from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.transport import Transport

pytestmark = pytest.mark.parametrize("kind", sorted(Transport.kinds))
_MASKS = [np.array(mask, dtype=bool) for mask in ([1, 0, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 0])]


@pytest.mark.parametrize("attempts", [1, 2, 15, 16, 1000])
def test_only_missing_packets_fly_again(kind: str, attempts: int) -> None:
    for missing in _MASKS:
        before = missing.copy()
        resent = Transport.parse(kind).resend(missing, attempts)
        assert resent.shape == missing.shape and resent.dtype == np.bool_
        assert not (resent & ~missing).any() and np.array_equal(missing, before)


def test_giving_up_is_for_good(kind: str) -> None:
    """A packet not sent again after n passes is not sent after n + 1 either."""
    resent = [Transport.parse(kind).resend(_MASKS[0], attempts).any() for attempts in range(1, 40)]
    assert resent == sorted(resent, reverse=True)


def test_repetition_needs_an_end(kind: str) -> None:
    """Without a deadline, packets fly for ever only if a partial delivery would be worthless anyway."""
    transport = Transport.parse(kind)
    for_ever = transport.resend(_MASKS[0], 10**9).any()
    assert not for_ever or transport.needs_deadline or not transport.keeps_partial
