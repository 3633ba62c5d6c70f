from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.access.dedicated import Dedicated
from wfsim.radio.access.fdma import Fdma

_WEIGHTS = np.array([0.1, 0.3])


def test_work_conserving_fdma_shares_the_whole_band() -> None:
    assert Fdma().divide(1e6, _WEIGHTS) == pytest.approx([0.25e6, 0.75e6])
    assert Fdma().total_hz(1e6, 2) == 1e6


def test_static_fdma_gives_fixed_fractions() -> None:
    assert Fdma(work_conserving=False).divide(1e6, _WEIGHTS) == pytest.approx([0.1e6, 0.3e6])


def test_static_fractions_above_the_band_are_scaled_down() -> None:
    assert Fdma(work_conserving=False).divide(1e6, np.array([1.0, 1.0])) == pytest.approx([0.5e6, 0.5e6])


def test_dedicated_gives_everybody_a_whole_band() -> None:
    assert Dedicated().divide(1e6, _WEIGHTS).tolist() == [1e6, 1e6]
    assert Dedicated().total_hz(1e6, 2) == 2e6
