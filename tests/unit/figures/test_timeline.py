"""Gantt charts."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures import draw
from wfsim.figures._spans import COMPUTE, UPLOAD, read_story
from wfsim.figures.timeline import MOST_ROWS, timeline


def _bars(axes, label: str):
    return next(bars for bars in axes.containers if bars.get_label().startswith(label)).patches


def test_spans_say_when_and_what_was_lost(make_run) -> None:
    story = read_story(make_run("a", 1, [0.5]).journal())
    (upload,) = (span for span in story.spans if span.phase == UPLOAD)
    trained, cut = (span for span in story.spans if span.phase == COMPUTE)
    assert (upload.device, upload.start_s, upload.end_s) == ("d00001", 2.0, 3.0)
    assert upload.lost == pytest.approx(0.3)
    assert (trained.start_s, trained.end_s, trained.lost) == (1.0, 2.0, 0.0)
    assert (cut.device, cut.start_s, cut.end_s, cut.lost) == ("d00002", 1.0, 10.0, 1.0)


def test_labels_are_short_and_units_named(make_run, tmp_path: Path) -> None:
    text = draw("timeline", [make_run("a", 7, [0.5] * 5, deadline=True)], tmp_path / "a.svg").read_text()
    for label in (
        ">d1<",
        ">d2<",
        "Simulated time (s)",
        "a, seed 7: rounds 1 to 3",
        ">round 3<",
        ">deadline<",
        ">cut<",
        "lost (share of height)",
    ):
        assert label in text
    assert "round 4" not in text and "d00001" not in text


def test_names_that_would_collide_stay_long(make_run) -> None:
    axes = timeline([make_run("a", 1, [0.5], devices=("d1", "d01"))]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["d01", "d1"]


def test_the_lost_part_is_the_lower_share_of_the_bar(make_run) -> None:
    axes = timeline([make_run("a", 1, [0.5])]).axes[0]
    upload, lost = _bars(axes, "upload")[0], _bars(axes, "lost")[0]
    assert lost.get_height() == pytest.approx(0.3 * upload.get_height())
    assert (lost.get_x(), lost.get_width()) == (upload.get_x(), upload.get_width())
    lowest = upload.get_y() + upload.get_height()  # rows count downwards
    assert lost.get_y() + lost.get_height() == pytest.approx(lowest)


def test_no_deadline_no_line(make_run, tmp_path: Path) -> None:
    assert "deadline" not in draw("timeline", [make_run("a", 1, [0.5])], tmp_path / "a.svg").read_text()


def test_chosen_rounds(make_run, tmp_path: Path) -> None:
    run = make_run("a", 1, [0.5] * 5)
    assert "rounds 4 to 5" in draw("timeline", [run], tmp_path / "a.svg", rounds=(4, 9)).read_text()
    assert timeline([run], rounds=(4, 9)).axes[0].get_xlim() == (30.0, 50.0)
    with pytest.raises(UsageError, match="no closed round in 6 to 7; the run closed 5"):
        timeline([run], rounds=(6, 7))


def test_of_many_devices_the_slowest_are_shown(make_run) -> None:
    names = [f"d{number:05d}" for number in range(1, 101)]
    axes = timeline([make_run("a", 1, [0.5], devices=names)]).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [f"d{number}" for number in range(101 - MOST_ROWS, 101)]
    assert axes.get_title(loc="center").endswith("round 1, the 40 slowest of 100 devices")


def test_only_one_run(make_run) -> None:
    with pytest.raises(UsageError, match="draws one run, got 2"):
        timeline([make_run("a", 1, [0.5]), make_run("a", 2, [0.5])])


def test_rounds_without_duration_are_an_error(make_run) -> None:
    run = make_run("a", 1, [])
    journal = trace.Journal([file := trace.FileSink(run.path / "journal.jsonl")])
    journal.write(trace.RoundStarted(t_s=0.0, round=1, version=0, available=1, cohort=["d1"], deadline_s=None))
    journal.write(trace.RoundClosed(t_s=0.0, round=1, version=1, participants=1, arrived=1, coverage=1.0, round_s=0.0))
    file.close()
    with pytest.raises(UsageError, match="took no simulated time"):
        timeline([run])
