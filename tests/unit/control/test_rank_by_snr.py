from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from wfsim.control.rank_by_snr import RankBySnr
from wfsim.errors import ScenarioError
from wfsim.messages import Candidate, Request


def _keeps(controller: RankBySnr, cohort: list[Candidate], setting) -> list[int | None]:
    asked = [Request(device=member.device, round=1, snr_db=member.snr_db) for member in cohort]
    return [controller.grants([request], cohort, setting(), None)[0].keep for request in asked]


def _cohort(known: Callable[..., Candidate], *snrs_db: float) -> list[Candidate]:
    return [known(f"d{number}", snr_db=snr_db) for number, snr_db in enumerate(snrs_db)]


@pytest.mark.parametrize(
    ("fields", "snrs_db", "keeps"),
    [
        ({}, (5.0, -3.0, 20.0), [5, 1, 8]),
        ({"least": 2, "most": 6}, (0.0, 10.0, 20.0, 30.0, 40.0), [2, 3, 4, 5, 6]),
        ({"least": 3, "most": 3}, (0.0, 10.0), [3, 3]),
        ({}, (7.0, 7.0), [1, 8]),
        ({}, (float("-inf"),), [8]),
        ({"most": 2}, (1.0, 2.0, 3.0, 4.0), [1, 1, 2, 2]),
    ],
)
def test_by_hand(known: Callable[..., Candidate], setting, fields: dict, snrs_db: tuple, keeps: list[int]) -> None:
    """Three devices, 1 to 8 ranks: 1, round(4.5) = 5, 8. Ties go by name; one alone keeps all."""
    assert _keeps(RankBySnr(**fields), _cohort(known, *snrs_db), setting) == keeps


def test_the_channel_when_it_asks_is_compared(known: Callable[..., Candidate], setting) -> None:
    cohort = _cohort(known, 0.0, 10.0)
    (grant,) = RankBySnr().grants([Request(device="d0", round=1, snr_db=15.0)], cohort, setting(), None)
    assert grant.keep == 8


@pytest.mark.parametrize("fields", [{"most": 9}, {"least": 9}])
def test_more_ranks_than_the_adapter_has_are_refused(setting, fields: dict) -> None:
    with pytest.raises(ScenarioError, match="9 ranks cannot be kept of an adapter of rank 8"):
        RankBySnr(**fields).begin(setting())


def test_limits_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="most is 2, below least, 3"):
        RankBySnr(least=3, most=2)
