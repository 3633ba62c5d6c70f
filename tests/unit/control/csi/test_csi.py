from __future__ import annotations

import numpy as np
import pytest

from wfsim.control.csi import Csi
from wfsim.rng import Streams


def _known_db(csi: object, device: str = "a", round_number: int = 1, seed: int = 1) -> float:
    """At 2 s, of an SNR of 10 t dB with a mean of 7 dB."""
    part = Csi.parse(csi)
    return part.known_snr_db(Streams(seed), device, round_number, 2.0, lambda t_s: 10.0 * t_s, 7.0)


@pytest.mark.parametrize(
    ("csi", "known_db"),
    [
        ("perfect", 20.0),
        ({"kind": "delayed", "age_s": 0.5}, 15.0),
        ({"kind": "delayed", "age_s": 3.0}, -10.0),
        ({"kind": "delayed", "age_s": 0.0}, 20.0),
        ({"kind": "noisy", "std_db": 0.0}, 20.0),
        ("mean", 7.0),
    ],
)
def test_what_is_known_by_hand(csi: object, known_db: float) -> None:
    assert _known_db(csi) == pytest.approx(known_db, abs=1e-12)


def test_the_error_has_the_stated_spread_and_an_address_of_its_own() -> None:
    count, csi = 4000, {"kind": "noisy", "std_db": 3.0}
    errors = np.array([_known_db(csi, round_number=number) - 20.0 for number in range(count)])
    assert abs(errors.mean()) < 4.5 * 3.0 / np.sqrt(count)
    assert abs(errors.std() - 3.0) < 4.5 * 3.0 / np.sqrt(2 * count)
    assert len({_known_db(csi, *address) for address in [("a", 1), ("b", 1), ("a", 2), ("a", 1, 2)]}) == 4
