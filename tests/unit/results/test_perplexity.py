"""Perplexity where a language model is trained, and nowhere else."""

from __future__ import annotations

import math
import sys

import pytest

from wfsim.cli._progress import Rounds, describe_round
from wfsim.results.rounds import perplexity, round_rows
from wfsim.results.summary import summarise
from wfsim.scenario.schema import Stop

TASK = {"type": "language_task", "t_s": 0.0, "vocabulary": 24, "max_tokens": 8, "train_texts": 9, "test_texts": 2}


def closed(number: int, loss: float) -> list[dict]:
    facts = {
        "arrived": 1,
        "participants": 1,
        "coverage": 1.0,
        "overtaken": 0,
        "round_s": 1.0,
        "staleness": [],
        "version": number,
    }
    round_closed = {"type": "round_closed", "t_s": float(number), "round": number, **facts}
    score = {"accuracy": 0.25, "loss": loss, "device_accuracy": {}}
    return [round_closed, {"type": "evaluated", "t_s": float(number), "round": number, "version": number, **score}]


LINES = [*closed(1, math.log(8.0)), *closed(2, math.log(2.0)), *closed(3, math.log(4.0))]
END = {"type": "run_ended", "t_s": 3.0, "reason": "rounds", "rounds": 3}


def test_is_the_exponential_of_the_loss() -> None:
    assert [row["perplexity"] for row in round_rows([TASK, *LINES])] == pytest.approx([8.0, 2.0, 4.0])
    assert [row["perplexity"] for row in round_rows(LINES)] == [None] * 3


def test_the_summary_has_the_last_and_the_least() -> None:
    found, without = summarise([TASK, *LINES]), summarise(LINES)
    assert (found["final_perplexity"], found["best_perplexity"]) == (pytest.approx(4.0), pytest.approx(2.0))
    assert (without["final_perplexity"], without["best_perplexity"]) == (None, None)


def test_progress_shows_it_in_place_of_accuracy() -> None:
    shown: list[dict] = []
    rounds = Rounds(lambda done, _: shown.append(done))
    for line in (TASK, *LINES, END):
        rounds(line)
    assert describe_round(shown[-1], Stop(rounds=3)).endswith("arrived 1/1  perplexity 4")


def test_an_overflow_is_the_largest_number() -> None:
    assert perplexity(1e4) == sys.float_info.max
    assert perplexity(709.0) == math.exp(709.0)
