from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from pydantic import ValidationError

from wfsim.control.meta import Meta, MetaState
from wfsim.errors import RunError, ScenarioError
from wfsim.messages import Candidate, Outcome, Request

_FLAT = (0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0.0)
_STEEP = (0.01, 0.001, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def _requests(*spectra: Sequence[float]) -> list[Request]:
    return [
        Request(device=name, round=1, snr_db=0.0, dropped=tuple(s)) for name, s in zip("abcd", spectra, strict=False)
    ]


def _play(meta: Meta, state: MetaState, rounds: Sequence[tuple[float, Sequence[float]]]) -> list[tuple[int, int]]:
    """(rank, most) after each round, given how long it took and everybody's spectrum."""
    seen = []
    for number, (round_s, spectrum) in enumerate(rounds, 1):
        outcome = Outcome(round=number, round_s=round_s, device_s={"a": round_s})
        state = meta.after(state, outcome, _requests(spectrum))
        seen.append((state.rank, state.most))
    return seen


def test_it_starts_with_the_adapters_rank_or_the_one_given(setting) -> None:
    assert Meta(round_budget_s=1.0).begin(setting()).grid == (1, 2, 4, 8)
    assert Meta(round_budget_s=1.0).begin(setting(rank=6)).grid == (1, 2, 4, 6)
    assert Meta(round_budget_s=1.0).begin(setting()).rank == 8
    assert Meta(round_budget_s=1.0, ranks=(2, 3), start_rank=2).begin(setting()).rank == 2


def test_a_flat_spectrum_keeps_the_rank_and_a_steep_one_lowers_it_after_the_dwell_time(setting) -> None:
    """Rounds within the headroom. Ranks 5 to 8 hold half the energy of a flat spectrum and none of a steep one."""
    meta = Meta(round_budget_s=10.0, dwell_rounds=2)
    state = meta.begin(setting())
    assert _play(meta, state, [(5.0, _FLAT)] * 4) == [(8, 8)] * 4
    assert [rank for rank, _ in _play(meta, state, [(5.0, _STEEP)] * 5)] == [8, 4, 4, 2, 2]


def test_between_the_thresholds_nothing_moves(setting) -> None:
    """Hysteresis: a tail of 10 % lies between low and high, 9 s between 80 % of the budget and all of it."""
    meta = Meta(round_budget_s=10.0, dwell_rounds=1, start_rank=4)
    middling = (0.5, 0.1, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert _play(meta, meta.begin(setting()), [(9.0, middling)] * 5) == [(4, 4)] * 5
    assert _play(meta, meta.begin(setting()), [(5.0, middling)] * 5) == [(4, 4)] * 5
    assert _play(meta, meta.begin(setting()), [(9.0, _FLAT)] * 5) == [(4, 4)] * 5


def test_with_time_and_a_full_tail_the_rank_rises_and_the_ratio_follows(setting) -> None:
    """One rank more may be sent in every short round."""
    meta = Meta(round_budget_s=10.0, dwell_rounds=2, start_rank=4)
    rounds = _play(meta, meta.begin(setting()), [(5.0, _FLAT)] * 6)
    assert rounds == [(4, 4), (8, 4), (8, 5), (8, 6), (8, 7), (8, 8)]


def test_long_rounds_lower_the_ratio_at_once_and_the_rank_after_the_dwell_time(setting) -> None:
    meta = Meta(round_budget_s=10.0, dwell_rounds=3)
    rounds = _play(meta, meta.begin(setting()), [(20.0, _FLAT)] * 6)
    assert rounds == [(8, 7), (8, 6), (4, 4), (4, 3), (4, 2), (2, 2)]


def test_smoothing_by_hand(setting) -> None:
    """Half the newest: 6 s, then 6 + (14 - 6) / 2 = 10 s, which is just within the budget; 12 s is not."""
    meta = Meta(round_budget_s=10.0, dwell_rounds=9, smoothing=0.5)
    assert _play(meta, meta.begin(setting()), [(6.0, _FLAT), (14.0, _FLAT), (14.0, _FLAT)]) == [(8, 8), (8, 8), (8, 7)]


@pytest.mark.parametrize(
    ("target", "spectrum", "most", "keep"),
    [
        (0.3, _FLAT, 8, 6),
        (0.3, _FLAT, 4, 4),
        (0.25, _FLAT, 8, 6),
        (0.2, _STEEP, 8, 1),
        (0.0, _FLAT, 8, 8),
        (1.0, _FLAT, 8, 1),
    ],
)
def test_a_device_keeps_what_its_own_spectrum_needs(
    known: Callable[..., Candidate], setting, target: float, spectrum: tuple, most: int, keep: int
) -> None:
    meta = Meta(round_budget_s=1.0, dropped_target=target)
    state = MetaState(selection=None, grid=(8,), rank=8, most=most)
    (grant,) = meta.grants(_requests(spectrum), [known("a"), known("b")], setting(), state)
    assert (grant.keep, grant.band_weight, grant.send) == (keep, 0.5, True)


def test_everybody_trains_the_rank_and_no_more_is_sent(known: Callable[..., Candidate], setting) -> None:
    meta = Meta(round_budget_s=1.0, ranks=(2, 4), start_rank=2, dropped_target=0.0)
    state, cohort = meta.begin(setting()), [known("a"), known("b")]
    assert {name: orders.rank for name, orders in meta.orders(1, cohort, setting(), state).items()} == {"a": 2, "b": 2}
    assert [grant.keep for grant in meta.grants(_requests(_FLAT, _FLAT), cohort, setting(), state)] == [2, 2]


def test_measures_say_what_was_kept_on_average(setting) -> None:
    meta = Meta(round_budget_s=10.0, dropped_target=0.3)
    state = meta.begin(setting())
    assert meta.measures(state) == {"rank": 8.0, "keep_most": 8.0}
    after = meta.after(state, Outcome(round=1, round_s=5.0, device_s={}), _requests(_FLAT, _STEEP))
    assert meta.measures(after) == {"rank": 8.0, "keep": 3.5, "keep_most": 8.0, "tail_energy": 0.25}


def test_a_round_without_requests_leaves_the_spectrum_as_it_was(setting) -> None:
    meta = Meta(round_budget_s=10.0, dwell_rounds=1)
    state = meta.after(meta.begin(setting()), Outcome(round=1, round_s=9.0, device_s={}), _requests(_FLAT))
    again = meta.after(state, Outcome(round=2, round_s=9.0, device_s={}), [])
    assert (again.tail, again.rank) == (0.5, 8)


def test_requests_without_scores_are_an_error(known: Callable[..., Candidate], setting) -> None:
    meta = Meta(round_budget_s=10.0)
    with pytest.raises(RunError, match="meta needs the scores of a"):
        meta.grants([Request(device="a", round=1, snr_db=0.0)], [known("a")], setting(), meta.begin(setting()))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ranks": (2, 2)}, "ranks must rise"),
        ({"ranks": (0, 2)}, "ranks must rise"),
        ({"low": 0.5}, "low is 0.5, above"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(fields: dict, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Meta(round_budget_s=1.0, **fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"ranks": (4, 16)}, "ranks go up to 16, the adapter's rank is 8"), ({"start_rank": 3}, "3 is not in the grid")],
)
def test_ranks_that_the_adapter_lacks_are_refused(setting, fields: dict, reason: str) -> None:
    with pytest.raises(ScenarioError, match=reason):
        Meta(round_budget_s=1.0, **fields).begin(setting())
