from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.background import Background, Steps, TiledSteps
from wfsim.rng import Streams


def _blinker(tile: int) -> Steps:
    """On in [2 k + 0.5, 2 k + 1), with two changes in each tile of 2 s."""
    return Steps(np.array([2.0 * tile + 0.5, 2.0 * tile + 1.0]), np.array([0.0, 0.25, 0.0]))


def test_a_change_has_happened_at_its_time() -> None:
    path = TiledSteps(2.0, _blinker)
    assert [path.share(t_s) for t_s in (0.0, 0.5, 0.999, 1.0, 4.5, -1.5, -1.0)] == [0, 0.25, 0.25, 0, 0.25, 0.25, 0]


@pytest.mark.parametrize(("t_s", "until_s"), [(0.0, 0.5), (0.5, 1.0), (1.0, 2.5), (1.9, 2.5), (-0.2, 0.5)])
def test_the_next_change(t_s: float, until_s: float) -> None:
    assert TiledSteps(2.0, _blinker).holds_until_s(t_s) == until_s


def test_a_path_that_never_changes_is_looked_at_in_64_tiles() -> None:
    path = TiledSteps(2.0, lambda tile: Steps(np.array([2.0 * tile + 1.0]), np.array([0.25, 0.25])))
    assert path.holds_until_s(3.0) == 2.0 * (1 + 64)


@pytest.mark.parametrize("kind", ["on_off", "poisson"])
def test_tiles_meet(kind: str) -> None:
    """The share at the end of a tile is that at the start of the next, so the next change is one."""
    path = Background.parse(kind).realise(Streams(2), "up", 0.0)
    t_s = 0.0
    for _ in range(300):
        until_s = path.holds_until_s(t_s)
        assert until_s > t_s and path.share(np.nextafter(until_s, t_s)) == path.share(t_s) != path.share(until_s)
        t_s = until_s


@pytest.mark.parametrize("kind", ["on_off", "poisson"])
def test_directions_and_seeds_differ_and_any_order_is_the_same_path(kind: str) -> None:
    part, times_s = Background.parse(kind), np.linspace(0.0, 400.0, 101).tolist()

    def shares(seed: int, direction: str, order: int = 1) -> list[float]:
        path = part.realise(Streams(seed), direction, 0.0)
        return [path.share(t_s) for t_s in times_s[::order]][::order]

    assert shares(1, "up") == shares(1, "up", -1)
    assert shares(1, "up") != shares(1, "down") and shares(1, "up") != shares(2, "up")


@pytest.mark.parametrize("share", [1e-12, 1.0 - 2.0**-53])
@pytest.mark.parametrize("mean_s", [1e-3, 1e5])
def test_extreme_settings_leave_some_of_the_band(share: float, mean_s: float) -> None:
    for part in (
        {"kind": "on_off", "mean_on_s": mean_s, "share": share},
        {"kind": "poisson", "rate_per_s": 1e-3, "mean_s": mean_s, "share": share, "max_share": 1.0 - 2.0**-53},
    ):
        path = Background.parse(part).realise(Streams(3), "up", 0.0)
        assert all(1.0 - path.share(t_s) > 0.0 and path.holds_until_s(t_s) > t_s for t_s in (0.0, 1e-6, 1e7))


def test_no_more_sessions_than_can_be_followed() -> None:
    with pytest.raises(ValueError, match="10000 sessions at once, above 1000"):
        Background.parse({"kind": "poisson", "rate_per_s": 100.0, "mean_s": 100.0})


def test_a_session_must_fit() -> None:
    with pytest.raises(ValueError, match="share 0.5 exceeds max_share 0.3"):
        Background.parse({"kind": "poisson", "share": 0.5, "max_share": 0.3})
