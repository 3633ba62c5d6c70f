"""Gantt charts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matplotlib.colors import to_rgba

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures import _style, draw
from wfsim.figures._concerned import Ways
from wfsim.figures._rounds import MOST_ROWS
from wfsim.figures._spans import ASK, CARRIED, COMPUTE, CRASHED, GAVE_UP, HELD, RESTARTED, UPLOAD, read_story
from wfsim.figures.timeline import timeline
from wfsim.results.directory import Run


def _bars(axes, label: str):
    return next(bars for bars in axes.containers if bars.get_label().startswith(label)).patches


def test_spans_say_when_and_what_was_lost(make_run) -> None:
    story = read_story(make_run("a", 1, [0.5]).journal())
    (upload,) = (span for span in story.spans if span.phase == UPLOAD)
    trained, cut = (span for span in story.spans if span.phase == COMPUTE)
    assert (upload.device, upload.start_s, upload.end_s) == ("d00001", 2.0, 3.0)
    assert (upload.lost, upload.cut) == (pytest.approx(0.3), 0.0)
    assert (trained.start_s, trained.end_s, trained.cut) == (1.0, 2.0, 0.0)
    assert (cut.device, cut.start_s, cut.end_s, cut.cut) == ("d00002", 1.0, 10.0, 1.0)


def test_what_the_rounds_end_cut_was_not_lost_on_the_way(make_run) -> None:
    run = make_run("a", 1, [0.5], cut=True)
    (upload,) = (span for span in read_story(run.journal()).spans if span.phase == UPLOAD)
    assert (upload.lost, upload.cut) == (0.0, pytest.approx(0.3))
    axes = timeline([run]).axes[0]
    assert "lost (share of height)" not in [bars.get_label() for bars in axes.containers]
    bars, (cut, trained) = _bars(axes, "upload"), _bars(axes, "cut")
    assert cut.get_hatch()
    assert cut.get_height() == pytest.approx(0.3 * bars[0].get_height())
    assert trained.get_height() == pytest.approx(bars[0].get_height())


def test_labels_are_short_and_units_named(make_run, tmp_path: Path) -> None:
    text = draw("timeline", [make_run("a", 7, [0.5] * 5, deadline=True)], tmp_path / "a.svg").read_text()
    for label in (
        ">d1<",
        ">d2<",
        "Simulated time (s)",
        "a, seed 7: rounds 1 to 3",
        ">round 3<",
        ">deadline<",
        "cut (share of height)",
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


def _legend(figure) -> dict[str, object]:
    (legend,) = figure.legends
    return dict(zip([text.get_text() for text in legend.get_texts()], legend.legend_handles))


def _cut_while_downloading(run: Run) -> Run:
    """Leaves the first round and its downloads, which last to the round's end and are cut by it."""
    kept = [line for line in run.journal() if line.get("round") == 1 or line.get("direction") == "down"]
    kept = [line for line in kept if line["type"] in {"round_started", "transfer_ended", "round_closed"}]
    cut = {"t_s": 10.0, "cut": True, "delivered_bits": 0.0, "undelivered_bits": 1e6}
    lines = [line | cut if line["type"] == "transfer_ended" else line for line in kept]
    (run.path / "journal.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def test_the_legend_names_only_what_occurs_in_its_own_colour(make_run) -> None:
    legend = _legend(timeline([_cut_while_downloading(make_run("a", 1, [0.5], deadline=True))]))
    assert list(legend) == ["download", "cut (share of height)", "deadline"]
    assert legend["download"].get_facecolor() == to_rgba(_style.BLUE)
    legend = _legend(timeline([make_run("b", 1, [0.5])]))
    assert list(legend) == ["download", "compute", "upload", "wait", "lost (share of height)", "cut (share of height)"]
    colours = [legend[phase].get_facecolor() for phase in ("download", "compute", "upload")]
    assert colours == [to_rgba(colour) for colour in (_style.BLUE, _style.YELLOW, _style.SKY_BLUE)]


def test_a_torn_last_line_is_left_out(make_run) -> None:
    run = make_run("a", 1, [0.5] * 2)
    journal = run.path / "journal.jsonl"
    journal.write_text(journal.read_text()[:-9])  # the last line tells of an evaluation
    assert timeline([run]).axes[0].get_title().endswith("rounds 1 to 2")
    text = journal.read_text()
    journal.write_text(text[: text.rindex("round_closed") + 5])
    assert timeline([run]).axes[0].get_title().endswith(": round 1")


def test_a_run_killed_before_a_round_closed_is_an_error_that_says_so(make_run) -> None:
    run = make_run("a", 1, [0.5])
    (run.path / "journal.jsonl").write_text('{"seq":0,"ty')
    with pytest.raises(UsageError, match="the run closed 0"):
        timeline([run])


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


def test_chosen_devices(make_run) -> None:
    run = make_run("a", 1, [0.5], devices=[f"d{number:05d}" for number in range(1, 101)])
    axes = timeline([run], devices=["d00007", "d3"]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["d3", "d7"]
    assert axes.get_title().endswith("round 1, 2 of 100 devices")
    with pytest.raises(UsageError, match="no device called 'x' in this figure; known: d1, d2, d3, d4, d5, ..."):
        timeline([run], devices=["x"])


def test_only_one_run(make_run) -> None:
    with pytest.raises(UsageError, match="draws one run, got 2"):
        timeline([make_run("a", 1, [0.5]), make_run("a", 2, [0.5])])


def test_rounds_without_duration_are_an_error(make_run) -> None:
    run = make_run("a", 1, [])
    journal = trace.Journal([file := trace.FileSink(run.path / "journal.jsonl")])
    journal.write(trace.RoundStarted(t_s=0.0, round=1, version=0, available=1, cohort=["d1"], deadline_s=None))
    journal.write(
        trace.RoundClosed(
            t_s=0.0,
            round=1,
            version=1,
            participants=1,
            arrived=1,
            staleness=[0],
            overtaken=0,
            coverage=1.0,
            round_s=0.0,
        )
    )
    file.close()
    with pytest.raises(UsageError, match="took no simulated time"):
        timeline([run])


def test_asking_and_holding_back_are_shown(write_run, controlled_records) -> None:
    story = read_story(write_run("a", controlled_records()).journal())
    asked = [(span.start_s, span.end_s) for span in story.spans if span.phase == ASK and span.device == "d00001"][:3]
    assert sorted(asked) == [(2.0, 2.1), (2.1, 3.5), (3.5, 3.6)]
    axes = timeline([write_run("b", controlled_records())]).axes[0]
    assert len(_bars(axes, ASK)) == 3 * 2 * 3
    (held,) = (line for line in axes.lines if line.get_label() == HELD)
    assert (list(held.get_xdata()), list(held.get_ydata())) == ([pytest.approx(10.4)], [1])


def test_devices_that_wait_for_nobody(write_run, asynchronous_records) -> None:
    run = write_run("a", asynchronous_records)
    story = read_story(run.journal())
    assert [each.cohort for each in story.rounds] == [("d1", "d2", "d3")] * 4 + [("d1", "d3")] * 2
    figure = timeline([run])
    axes = figure.axes[0]
    assert axes.get_xlim() == (0.0, 12.0)  # until the slowest is done once
    marks = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert (marks[RESTARTED], marks[GAVE_UP]) == ([4.0], [12.0])
    assert len(_bars(axes, "cut")) == 2  # the training that began anew, the last upload
    assert timeline([run], rounds=(1, 2)).axes[0].get_xlim() == (0.0, 4.0)


def test_a_long_legend_has_two_rows(write_run, asynchronous_records) -> None:
    (legend,) = timeline([write_run("a", asynchronous_records)]).legends
    assert (len(legend.get_texts()), legend._ncols) == (6, 3)
    (legend,) = timeline([write_run("b", asynchronous_records)], rounds=(1, 1)).legends
    assert (len(legend.get_texts()), legend._ncols) == (4, 4)


def test_rows_are_shaded_while_something_on_their_way_was_down(write_run, sites_records) -> None:
    """d1 behind the link bs1<>core, d2 itself, d3 at bs3."""
    axes = timeline([write_run("a", sites_records())], rounds=(1, 6)).axes[0]
    shades = [(bar.get_y() + 0.5, bar.get_x(), bar.get_x() + bar.get_width()) for bar in _bars(axes, "outage")]
    assert shades == [(0.0, 26.5, 43.0), (1.0, 33.0, 38.0), (2.0, 40.2, pytest.approx(40.6))]
    (crash,) = (line for line in axes.lines if line.get_label() == CRASHED)
    assert (list(crash.get_xdata()), list(crash.get_ydata())) == ([33.0], [1])
    early = timeline([write_run("b", sites_records())], rounds=(1, 2)).axes[0]
    assert "outage on its way" not in [bars.get_label() for bars in early.containers]


def test_what_a_hop_lost_of_an_upload_is_shown(write_run, sites_records) -> None:
    story = read_story(write_run("a", sites_records()).journal())
    carried = [span for span in story.spans if span.phase == CARRIED and span.device == "d00001"]
    assert [(span.start_s, span.lost, span.cut) for span in carried[2:4]] == [(26.0, 1.0, 0.0), (36.0, 1.0, 0.0)]
    assert (carried[0].start_s, carried[0].end_s, carried[0].lost) == (6.0, pytest.approx(7.3), 0.0)


def test_everybody_is_concerned_where_a_relay_or_the_server_fails() -> None:
    """d1 behind bs1 and gw, d2 at bs2; gw>core carries uploads of bs1, core>bs2 downloads."""
    ways = Ways()
    for device, station in (("d1", "bs1"), ("d2", "bs2")):
        ways({"type": "link_placed", "device": device, "station": station})
    for link, purpose in (("bs1>gw", "update"), ("gw>core", "update"), ("core>bs2", "model")):
        ways({"type": "hop_ended", "link": link, "purpose": purpose})
    assert ways.devices_behind("gw", "node") == ways.devices_behind("core<>gw", "link") == {"d1"}
    assert ways.devices_behind("bs2<>core", "link") == ways.devices_behind("bs2", "node") == {"d2"}
    assert ways.devices_behind("core", "server") == {"d1", "d2"} and ways.devices_behind("bs2<>gw", "link") == set()
