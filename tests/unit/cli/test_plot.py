from __future__ import annotations

from pathlib import Path

import pytest

from wfsim import figures


@pytest.fixture(autouse=True)
def finished_run(cli) -> None:
    cli("run", "small.yaml", "--out", "one")


def test_a_figure_goes_into_the_first_run(cli) -> None:
    assert cli("plot", "timeline", "one") == (0, "one/timeline.png\n", "")
    assert Path("one/timeline.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_goes_where_it_is_told(cli) -> None:
    assert cli("plot", "timeline", "one", "-o", "made/t.svg") == (0, "made/t.svg\n", "")
    assert "<svg" in Path("made/t.svg").read_text(encoding="utf-8")


def test_an_unknown_figure_is_wrong_usage_with_the_nearest(cli) -> None:
    said = cli("plot", "timelin", "one")
    assert said.code == 2
    assert "did you mean 'timeline'" in said.err


def test_help_lists_the_figures(cli) -> None:
    shown = cli("plot", "--help").out
    assert figures.KINDS and all(f"{kind}: " in shown for kind in figures.KINDS)
