"""What tests of controllers share: candidates and settings with what a test does not care about filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfsim.control import Setting
from wfsim.messages import Candidate
from wfsim.rng import Streams


@pytest.fixture
def known() -> Callable[..., Candidate]:
    """`known("a", age_rounds=3)` -> a candidate at 10 dB."""
    return lambda device, **fields: Candidate(
        **{"device": device, "mean_snr_db": 10.0, "snr_db": 10.0, "upload_bits": 1e6, **fields}
    )


@pytest.fixture
def setting() -> Callable[..., Setting]:
    """`setting(rank=4)` -> rank 8, ten steps for each of `abcd`, a band of 1 MHz but for what is given."""
    return lambda **fields: Setting(**{"rank": 8, "steps": dict.fromkeys("abcd", 10), "band_hz": 1e6, **fields})


@pytest.fixture
def turns() -> Callable[..., list[tuple[str, ...]]]:
    """`turns(controller, "abc", 4)` -> the cohorts of four rounds in which everybody does what it is asked to."""

    def play(controller: Any, names: str, rounds: int, **fields: dict[str, Any]) -> list[tuple[str, ...]]:
        last: dict[str, int] = {}
        done = dict.fromkeys(names, 0)
        cohorts = []
        for number in range(1, rounds + 1):
            there = [
                Candidate(
                    device=name,
                    upload_bits=1e6,
                    age_rounds=None if name not in last else number - 1 - last[name],
                    turns=done[name],
                    **{"mean_snr_db": 10.0, "snr_db": 10.0, **fields.get(name, {})},
                )
                for name in names
            ]
            cohorts.append(controller.select(Streams(1), number, there))
            for name in cohorts[-1]:
                last[name], done[name] = number, done[name] + 1
        return cohorts

    return play
