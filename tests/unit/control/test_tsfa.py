from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wfsim.allocation import min_max_bands_hz
from wfsim.control import Controller, Setting
from wfsim.control._requested import expected_requests
from wfsim.control.tsfa import Tsfa
from wfsim.errors import ScenarioError
from wfsim.messages import Candidate, Grant, Outcome, Request
from wfsim.units import db_to_linear

_BAND_HZ, _BUDGET_S = 1e6, 5.0
_SNR_DB = {"a": 12.0, "b": 3.0, "c": -4.0, "d": 20.0}
_SETTING = Setting(rank=4, steps=dict.fromkeys(_SNR_DB, 10), band_hz=_BAND_HZ)
_BITS = (1e6, 1.5e6, 2e6, 2.5e6)
_DROPPED = (0.5, 0.2, 0.05, 0.0)
_COHORT = [
    Candidate(device=name, mean_snr_db=snr_db + 2.0, snr_db=snr_db, upload_bits=2.5e6, examples=10 * number + 10)
    for number, (name, snr_db) in enumerate(_SNR_DB.items())
]


def _requests(devices: str = "abcd", **fields: Any) -> list[Request]:
    whole: dict[str, Any] = {"round": 1, "elapsed_s": 1.0, "dropped": _DROPPED, "upload_bits": _BITS, **fields}
    return [Request(device=device, **{"snr_db": _SNR_DB[device], **whole}) for device in devices]


def _rule(**fields: Any) -> Tsfa:
    return Controller.parse({"kind": "tsfa", "latency_budget_s": _BUDGET_S, **fields})


def _grants(rule: Tsfa, requests: list[Request], rounds_s: tuple[float, ...] = ()) -> list[Grant]:
    """After rounds that took so long."""
    return rule.grants(requests, _COHORT, _SETTING, _after(rule, requests, rounds_s))


def _after(rule: Tsfa, requests: list[Request], rounds_s: tuple[float, ...]) -> Any:
    state = rule.begin(_SETTING)
    for number, round_s in enumerate(rounds_s, start=1):
        device_s = {request.device: round_s for request in requests}
        state = rule.after(state, Outcome(round=number, round_s=round_s, device_s=device_s), requests)
    return state


def _keeps(grants: list[Grant]) -> list[int | None]:
    return [grant.keep for grant in grants]


def test_with_an_empty_queue_everything_is_kept_at_min_max_bands() -> None:
    grants = _grants(_rule(), _requests())
    snr_hz = db_to_linear(list(_SNR_DB.values())) * _BAND_HZ
    bands_hz, _ = min_max_bands_hz(np.full(4, _BITS[-1]), snr_hz, _BAND_HZ, gap=10.0**0.2, cap_bps_per_hz=7.4)
    assert _keeps(grants) == [4] * 4
    assert [grant.band_weight for grant in grants] == pytest.approx((bands_hz / _BAND_HZ).tolist(), rel=1e-9)


@pytest.mark.parametrize("queue", ["common", "per_device"])
def test_a_long_queue_keeps_one_rank_and_v_decides_in_between(queue: str) -> None:
    kept = [sum(_keeps(_grants(_rule(queue=queue, v=v), _requests(), (20.0,)))) for v in (1e-3, 300.0, 1e6)]
    assert kept[0] == 4 and 4 < kept[1] < 16 and kept[2] == 16


def test_devices_with_more_data_and_flatter_spectra_keep_more() -> None:
    flat = _requests(snr_db=5.0)
    steep = [Request(**{**vars(flat[0]), "dropped": (0.01, 0.0, 0.0, 0.0)}), *flat[1:]]
    kept = _keeps(_grants(_rule(v=250.0), steep, (20.0,)))
    assert kept[0] == 1 and kept[0] < kept[1] <= kept[2] <= kept[3]


def test_no_queue_meets_the_budget_whatever_was_before() -> None:
    rule = _rule(queue="none")
    fresh, late = _grants(rule, _requests()), _grants(rule, _requests(), (50.0, 60.0))
    assert fresh == late and 4 < sum(_keeps(fresh)) < 16


def test_equal_bands_and_a_fixed_number_of_ranks() -> None:
    assert [grant.band_weight for grant in _grants(_rule(bands="equal"), _requests(), (9.0,))] == [0.25] * 4
    for queue in ("common", "per_device", "none"):
        assert _keeps(_grants(_rule(ranks=2, queue=queue), _requests(), (30.0,))) == [2] * 4
    with pytest.raises(ScenarioError, match="9 ranks cannot be kept of an adapter of rank 4"):
        _rule(ranks=9).begin(_SETTING)
    both = _grants(_rule(ranks=3, bands="equal"), _requests())
    assert both == [Grant(device=name, band_weight=0.25, keep=3) for name in "abcd"]


def test_a_device_with_an_empty_queue_still_gets_band() -> None:
    rule, requests = _rule(queue="per_device"), _requests()
    outcome = Outcome(round=1, round_s=30.0, device_s={"a": 30.0, "b": 1.0, "c": 1.0})
    state = rule.after(rule.begin(_SETTING), outcome, requests)
    assert dict(state.device_queues_s) == {"a": 25.0, "b": 0.0, "c": 0.0, "d": 25.0}  # d never ended: the round's time
    assert state.mean_device_queue_s == 12.5
    weights = [grant.band_weight for grant in rule.grants(requests, _COHORT, _SETTING, state)]
    assert min(weights) > 0.005 and sum(weights) == pytest.approx(1.0) and rule.measures(state)["queue_max_s"] == 25.0


def test_who_misses_the_request_deadline_keeps_an_equal_share() -> None:
    rule = _rule(request_deadline_s=2.0)
    early, late = _grants(rule, _requests("abd")), _grants(rule, _requests("c", elapsed_s=4.0))
    assert rule.asks and rule.answers_after_s == 2.0
    assert sum(grant.band_weight for grant in early) == pytest.approx(0.75)
    assert [grant.band_weight for grant in late] == pytest.approx([0.25])


def test_foreign_traffic_shrinks_the_band_that_is_planned_with() -> None:
    kept = [sum(_keeps(_grants(_rule(queue="none"), _requests(band_free=free)))) for free in (1.0, 0.5, 0.0)]
    assert kept[0] > kept[1] > kept[2] == 4


def test_prediction_rests_on_the_last_requests_and_is_the_same_for_everybody_in_a_round() -> None:
    rule = _rule(predict=True, v=100.0)
    assert not rule.asks and rule.grants_ranks and rule.reads_scores
    flat, steep = _requests(dropped=(0.75, 0.5, 0.25, 0.0)), _requests(dropped=(0.01, 0.0, 0.0, 0.0))

    def answers(last: list[Request], now: list[Request]) -> list[Grant]:
        state = _after(rule, last, (9.0,))
        return [grant for each in now for grant in rule.grants([each], _COHORT, _SETTING, state)]

    assert answers(flat, flat) == answers(flat, steep)
    assert sum(_keeps(answers(steep, flat))) < sum(_keeps(answers(flat, flat)))
    assert sum(grant.band_weight for grant in answers(flat, steep)) == pytest.approx(1.0)


def test_of_a_device_unheard_of_a_power_law_is_expected_when_its_computing_ends() -> None:
    """Energies 1, 1/2, 1/3, 1/4 sum to 25/12."""
    member = Candidate(device="e", mean_snr_db=3.0, snr_db=-1.0, upload_bits=1.0, compute_s=7.0)
    known = _requests("a", elapsed_s=2.5)
    a, e = expected_requests([member, _COHORT[0]], known, _BITS, fading=False, exponent=1.0)
    assert a == Request(**{**vars(known[0]), "snr_db": 14.0})
    assert e.dropped == pytest.approx([13 / 25, 7 / 25, 3 / 25, 0.0])
    assert (e.device, e.snr_db, e.elapsed_s, e.upload_bits) == ("e", 3.0, 7.0, _BITS)


def test_prediction_uses_means_where_csi_does_not_know_the_fading() -> None:
    weights = {}
    for csi in ("perfect", "mean"):
        rule = _rule(predict=True, csi=csi)
        state = rule.begin(_SETTING)
        weights[csi] = [rule.grants([each], _COHORT, _SETTING, state)[0].band_weight for each in _requests()]
    assert weights["perfect"] != weights["mean"]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.floats(0.0, 1e4), min_size=1, max_size=40), st.floats(0.01, 1e3))
def test_the_mean_round_never_exceeds_the_budget_by_more_than_the_queue_explains(
    rounds_s: list[float], budget_s: float
) -> None:
    """mean T <= budget + (Q_N - Q_0) / N."""
    rule = _rule(latency_budget_s=budget_s)
    measures = rule.measures(_after(rule, _requests(), tuple(rounds_s)))
    assert measures["mean_round_s"] == pytest.approx(np.mean(rounds_s), rel=1e-9)
    assert measures["mean_round_s"] <= (budget_s + measures["queue_s"] / len(rounds_s)) * (1.0 + 1e-9)


def test_the_budget_binds_in_a_round_that_begins_with_a_queue() -> None:
    rule = _rule()
    binding = [rule.measures(_after(rule, _requests(), (7.0, 1.0, 4.0, 9.0)[:count]))["binding"] for count in range(5)]
    assert binding == [0.0, 0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("bands", ["optimal", "equal"])
def test_a_budget_that_nobody_could_meet_is_said_to_be_so(bands: str) -> None:
    measures = [
        rule.measures(_after(rule, _requests(), (9.0, 9.0)))
        for rule in (_rule(bands=bands, latency_budget_s=1.5), _rule(bands=bands, latency_budget_s=50.0))
    ]
    assert [each["infeasible_rounds"] for each in measures] == [2.0, 0.0]
    assert measures[0]["least_round_s"] == measures[1]["least_round_s"] > 1.5


def test_over_many_fading_rounds_the_mean_round_settles_at_the_budget() -> None:
    """Rounds take what was solved for; spectra and channels change from round to round."""
    rule, generator = _rule(latency_budget_s=8.0, v=20.0), np.random.default_rng(1)
    state, kept, binding = rule.begin(_SETTING), set(), []
    for number in range(1, 201):
        requests = [_drawn(request, generator) for request in _requests()]
        grants = rule.grants(requests, _COHORT, _SETTING, state)
        ends_s = {request.device: _end_s(request, grant) for request, grant in zip(requests, grants)}
        state = rule.after(state, Outcome(round=number, round_s=max(ends_s.values()), device_s=ends_s), requests)
        kept |= set(_keeps(grants))
        binding.append(rule.measures(state)["binding"])
    measures = rule.measures(state)
    assert 0.9 * 8.0 < measures["mean_round_s"] < 1.02 * 8.0
    assert len(kept) >= 3 and 0.3 < np.mean(binding) <= 0.9


def _drawn(request: Request, generator: np.random.Generator) -> Request:
    energies = -np.sort(-generator.exponential(1.0, 4))
    dropped = np.append(1.0 - np.cumsum(energies[:-1]) / energies.sum(), 0.0)
    faded_db = request.snr_db + 4.0 * generator.standard_normal()
    return Request(**{**vars(request), "snr_db": faded_db, "dropped": tuple(dropped.tolist())})


def _end_s(request: Request, grant: Grant) -> float:
    band_hz, snr_hz = grant.band_weight * _BAND_HZ, 10.0 ** (request.snr_db / 10.0) * _BAND_HZ
    return 1.0 + _BITS[grant.keep - 1] / (band_hz * min(np.log2(1.0 + snr_hz / (10.0**0.2 * band_hz)), 7.4))


def test_selection_is_somebody_elses_and_keeps_its_own_state() -> None:
    rule = _rule(selection={"kind": "best_snr", "devices": 2})
    assert rule.select(None, 1, _COHORT, 0, rule.begin(_SETTING)) == ("a", "d")


@pytest.mark.parametrize(
    "fields",
    [
        {"latency_budget_s": 0.0},
        {"v": 0.0},
        {"ranks": 0},
        {"predict": True, "request_deadline_s": 1.0},
        {"selection": {"kind": "tsfa", "latency_budget_s": 1.0}},
    ],
)
def test_settings_without_meaning_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _rule(**fields)


def test_requests_without_scores_are_refused() -> None:
    with pytest.raises(ValueError, match="lacks"):
        _grants(_rule(), _requests(dropped=None))
