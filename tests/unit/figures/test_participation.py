"""Who was heard."""

from __future__ import annotations

import pytest

from wfsim import trace
from wfsim.errors import UsageError
from wfsim.figures.participation import participation
from wfsim.results.directory import Run, write_json
from wfsim.results.metrics import jain
from wfsim.results.metrics import participation as heard

DEVICES = ("d1", "d2", "d3", "d4")


def _arrived(device: str, number: int, coverage: float, staleness: int) -> trace.UpdateArrived:
    return trace.UpdateArrived(
        t_s=float(number),
        device=device,
        round=number,
        transfer=f"up/{device}/{number}",
        base_version=number - 1 - staleness,
        coverage=coverage,
        staleness=staleness,
    )


def _closed(number: int, ages: list[int]) -> trace.RoundClosed:
    return trace.RoundClosed(
        t_s=float(number),
        round=number,
        version=number,
        participants=2,
        arrived=2,
        staleness=ages,
        overtaken=0,
        coverage=1.0,
        round_s=1.0,
    )


@pytest.fixture
def make_heard(tmp_path):
    """d1 always arrives, d2 once of twice, d3 is late, d4 is never asked; what follows the last close is torn off."""

    def make(staleness: int = 0) -> Run:
        records: list[trace.Record] = [
            trace.DeviceReady(t_s=0.0, device=d, flops_per_s=1.0, samples=1) for d in DEVICES
        ]
        for number in (1, 2):
            records.append(_arrived("d1", number, 0.5, staleness * (number - 1)))
            records.append(_arrived("d2", number, float(number - 1), 0))
            records.append(
                trace.DeviceLate(t_s=float(number), device="d3", round=number, phase="compute", fate="abandon")
            )
            records.append(_closed(number, [staleness * (number - 1), 0]))
        records.append(trace.DeviceLate(t_s=2.5, device="d4", round=3, phase="compute", fate="abandon"))
        path = tmp_path / f"run{staleness}"
        path.mkdir()
        journal = trace.Journal([file := trace.FileSink(path / "journal.jsonl")])
        for record in records:
            journal.write(record)
        file.close()
        write_json(path / "manifest.json", {"name": "a", "status": "running", "run_id": "a"})
        return Run(path)

    return make


def _heights(axes) -> dict[str, list[float]]:
    return {bars.get_label(): [bar.get_height() for bar in bars] for bars in axes.containers}


def test_bars_are_shares_of_rounds_by_outcome(make_heard) -> None:
    (axes,) = participation([make_heard()]).axes
    assert _heights(axes) == {
        "update arrived": [100.0, 50.0, 0.0, 0.0],
        "sent, nothing arrived": [0.0, 50.0, 0.0, 0.0],
        "late or overtaken": [0.0, 0.0, 100.0, 0.0],
    }
    assert [label.get_text() for label in axes.get_xticklabels()] == list(DEVICES)
    assert axes.get_ylabel() == "Share of rounds (%)"


def test_dashes_are_the_mean_part_that_came_over_all_uploads(make_heard) -> None:
    (axes,) = participation([make_heard()]).axes
    (dashes,) = axes.lines
    assert list(zip(dashes.get_xdata(), dashes.get_ydata())) == [(0, 50.0), (1, 50.0)]


def test_the_title_gives_jains_index(make_heard) -> None:
    figure = participation([make_heard()])
    assert figure.get_suptitle().endswith(f"2 rounds, Jain index {jain([1.0, 0.5, 0.0, 0.0]):.3f} over 4 devices")


def test_staleness_is_drawn_where_there_is_any(make_heard) -> None:
    ages = participation([make_heard(staleness=2)]).axes[1]
    assert ages.get_xlabel() == "Staleness (versions)"
    assert {bar.get_x() + bar.get_width() / 2: bar.get_height() for bar in ages.patches} == {
        0.0: 75.0,  # d1 in round 1 and d2 in both
        2.0: 25.0,
    }


def test_a_real_run(real_run, lines) -> None:
    (axes,) = participation([real_run]).axes
    assert _heights(axes)["update arrived"] == pytest.approx([100.0 * share for share in heard(lines).values()])


def test_no_closed_round_is_an_error(make_run) -> None:
    with pytest.raises(UsageError, match="no round was closed: nobody took part"):
        participation([make_run("a", 1, [])])


def test_of_several_outcomes_in_a_round_the_best_counts(write_run, asynchronous_records) -> None:
    """Rounds of d1, d2, d3: the first is heard four times, the second twice, the third is overtaken twice."""
    axes, _ = participation([write_run("a", asynchronous_records)]).axes
    shares = {label: [round(share) for share in heights] for label, heights in _heights(axes).items()}
    assert shares == {"update arrived": [67, 33, 0], "late or overtaken": [0, 0, 33]}
    late = trace.DeviceLate(t_s=3.0, device="d1", round=9, phase="compute", fate="restart")
    both = [each for record in asynchronous_records for each in (late, record)[record.name != "round_closed" :]]
    axes, _ = participation([write_run("b", both)]).axes
    assert [round(share) for share in _heights(axes)["late or overtaken"]] == [33, 0, 33]


def test_updates_held_back_have_a_colour(write_run, controlled_records) -> None:
    (axes,) = participation([write_run("a", controlled_records())]).axes
    assert _heights(axes)["held back"] == [0.0, 25.0]
