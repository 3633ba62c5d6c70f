from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from wfsim.cli import _progress
from wfsim.cli._progress import Rounds, describe_round, progress, share_done
from wfsim.scenario.schema import Stop


def _closed(number: int) -> dict[str, Any]:
    return {"type": "round_closed", "round": number, "t_s": 10.0 * number, "arrived": 2, "participants": 3}


def _journal(rounds: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [{"type": "run_started"}]
    for number in range(1, rounds + 1):
        lines += [
            {"type": "round_started"},
            _closed(number),
            {"type": "model_updated"},
            {"type": "evaluated", "accuracy": 0.1 * number},
        ]
    return [*lines, {"type": "run_ended"}]


def _play(console: Console, stop: Stop, rounds: int) -> None:
    with progress(console, stop) as sink:
        for line in _journal(rounds):
            sink(line)


def test_each_round_is_shown_once_with_its_accuracy() -> None:
    shown: list[tuple[int, float, bool]] = []
    sink = Rounds(lambda done, is_last: shown.append((done["round"], done["accuracy"], is_last)))
    for line in _journal(2):
        sink(line)
    assert shown == [(1, 0.1, False), (2, 0.2, True)]


def test_the_line_of_a_round() -> None:
    assert describe_round(_closed(1), Stop(rounds=4)) == "round 1/4  t = 10 s  arrived 2/3"
    scored = {**_closed(1), "accuracy": 0.738}
    assert describe_round(scored, Stop(rounds=None, time_s=50.0)) == "round 1  t = 10 s  arrived 2/3  accuracy 0.7380"


@pytest.mark.parametrize(
    ("stop", "share"),
    [
        (Stop(rounds=4), 0.5),
        (Stop(rounds=None, time_s=80.0), 0.25),
        (Stop(rounds=4, time_s=25.0), 0.8),
        (Stop(rounds=None, time_s=5.0), 1.0),
    ],
)
def test_the_share_done_is_that_of_what_ends_first(stop: Stop, share: float) -> None:
    assert share_done(_closed(2), stop) == share


def test_fast_rounds_print_the_first_and_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_progress.time, "monotonic", lambda: 5.0)
    written = io.StringIO()
    _play(Console(file=written, width=200), Stop(rounds=4), 4)
    assert [line.split("  ")[0] for line in written.getvalue().splitlines()] == ["round 1/4", "round 4/4"]


def test_slow_rounds_print_every_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(100))
    monkeypatch.setattr(_progress.time, "monotonic", lambda: float(next(ticks)))
    written = io.StringIO()
    _play(Console(file=written, width=200), Stop(rounds=4), 4)
    assert len(written.getvalue().splitlines()) == 4


def test_a_terminal_gets_a_bar() -> None:
    written = io.StringIO()
    _play(Console(file=written, width=200, force_terminal=True), Stop(rounds=2), 2)
    assert "round 2/2  t = 20 s" in written.getvalue() and "\x1b[" in written.getvalue()
