"""A check that cannot fail is no check: each of large-scale radio, with a part that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wfsim.contracts import mobility, path_loss, shadowing
from wfsim.radio.path_loss.umi import Umi
from wfsim.topology.mobility.waypoint import Waypoint


def umi(**methods: Any) -> SimpleNamespace:
    """The UMi model with some methods of its own."""
    part, names = Umi(), ("loss_db", "los_probability", "shadow_std_db", "shadow_correlation_m", "range_m")
    return SimpleNamespace(kind="broken", **{name: getattr(part, name) for name in names} | methods)


def going(position_m: Callable[[np.ndarray], np.ndarray], farthest_m: float = 1e9, every_s: float | None = 1.0) -> Any:
    """Mobility whose paths are this function."""
    path = SimpleNamespace(position_m=position_m, farthest_m=lambda point_m: farthest_m)
    return SimpleNamespace(kind="broken", realise=lambda *_: path, update_every_s=lambda: every_s)


def sliding(t_s: np.ndarray) -> np.ndarray:
    return np.array([120.0, -40.0]) + np.outer(t_s, [1.0, 0.0])


def forgetful() -> Any:
    """Another path at every query."""
    asked = iter(range(10**6))
    return going(lambda t_s: sliding(t_s + next(asked)))


CASES = [
    (path_loss.check_the_least_valid_distance_is_valid, umi(range_m=lambda f: (0.0, 10.0)), "range_m is 0 to 10"),
    (
        path_loss.check_a_line_of_sight_has_a_probability_and_never_loses_more,
        umi(los_probability=lambda d: 1.1 + 0 * d),
        "a probability is 1.1",
    ),
    (
        path_loss.check_a_line_of_sight_has_a_probability_and_never_loses_more,
        umi(loss_db=lambda d, f, los=None: 90.0 + 0 * d if los is None else np.where(los, 100.0, 80.0)),
        "loses more than none",
    ),
    (
        path_loss.check_a_line_of_sight_has_a_probability_and_never_loses_more,
        umi(loss_db=lambda d, f, los=None: 70.0 + 0 * d if los is None else np.where(los, 80.0, 100.0)),
        "lies outside",
    ),
    (
        path_loss.check_the_shadowing_that_a_model_names_is_possible,
        umi(shadow_correlation_m=lambda los: np.where(los, 1.0, 0.0)),
        "a correlation distance is",
    ),
    (
        shadowing.check_adding_or_permuting_links_shifts_nobody,
        SimpleNamespace(realise=lambda s, links: np.arange(len(links))),
        "added or reordered",
    ),
    (
        mobility.check_a_path_begins_where_the_topology_placed_the_device,
        going(lambda t: sliding(t + 1)),
        "not the start",
    ),
    (mobility.check_any_query_order_gives_the_same_positions, forgetful(), "depends on the queries"),
    (mobility.check_nobody_jumps_or_goes_farther_than_said, going(sliding, 200.0), "said to be at most 200"),
    (mobility.check_nobody_jumps_or_goes_farther_than_said, going(lambda t: sliding(1e3 * t)), "in 2.5 s"),
    (mobility.check_who_never_updates_stands_still, going(sliding, every_s=None), "is None, and the device moves"),
    (mobility.check_who_never_updates_stands_still, going(lambda t: sliding(0 * t)), "is 1.0, and the device rests"),
]


@pytest.mark.parametrize(("check", "broken", "reason"), CASES)
def test_a_broken_part_fails_with_a_sentence(check: Callable[[Any], None], broken: Any, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        check(broken)


def test_a_sound_part_passes() -> None:
    mobility.check_who_never_updates_stands_still(Waypoint())
    path_loss.check_a_line_of_sight_has_a_probability_and_never_loses_more(umi())
