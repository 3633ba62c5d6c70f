"""Exports of two real runs: a trained one, and one whose uploads are cut and lost."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

import wfsim
from wfsim import trace
from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.export import FORMATS, export
from wfsim.trace import RECORDS

TRAINED = ["topology.devices=3", "stop.rounds=2", "learning.local.steps=1"]
FOLDED = ("links", "outages", "downtimes")
LOSSY = [
    "topology.devices=3",
    "stop.rounds=2",
    "learning={kind: none, data: digits}",
    "protocol={kind: deadline, round_s: 5.5}",
    "radio.transport=unreliable",
    "radio.bandwidth_hz=2e5",
    "radio.link={kind: shannon, residual_loss: 0.3}",
]


@pytest.fixture(scope="module", params=["trained", "lossy"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    overrides = {"trained": TRAINED, "lossy": LOSSY}[request.param]
    return wfsim.run(wfsim.load_scenario("digits", overrides), tmp_path_factory.mktemp(request.param) / "run")


@pytest.fixture(scope="module")
def lines(run: Run) -> list[dict[str, Any]]:
    return list(run.journal())


def of(lines: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == name]


@pytest.fixture
def events(run: Run, tmp_path: Path) -> list[dict[str, Any]]:
    return json.loads(export(run, "perfetto", tmp_path / "trace.json").read_text())["traceEvents"]


def spans(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["ph"] == "X" and event["cat"] == kind]


def test_csv_holds_every_record(run: Run, lines: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = export(run, "csv", tmp_path / "tables")
    assert {path.stem for path in folder.iterdir()} == {*RECORDS, *FOLDED}
    back = [(int(row["seq"]), name, row) for name in RECORDS for row in _rows(folder / f"{name}.csv")]
    assert sorted((seq, name) for seq, name, _ in back) == [(line["seq"], line["type"]) for line in lines]
    for seq, _, row in back:
        assert {key: _parsed(text, lines[seq][key]) for key, text in row.items()} == {
            key: lines[seq][key] for key in row
        }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _parsed(text: str, like: Any) -> Any:
    if text == "":
        return None
    return text if isinstance(like, str) else json.loads(text)


def test_parquet_holds_every_record_with_types(run: Run, lines: list[dict[str, Any]], tmp_path: Path) -> None:
    import pyarrow.parquet

    folder = export(run, "parquet", tmp_path / "tables")
    assert {path.stem for path in folder.iterdir()} == {*RECORDS, *FOLDED}
    for name in RECORDS:
        rows = pyarrow.parquet.read_table(folder / f"{name}.parquet").to_pylist()
        due = [{key: line[key] for key in line if key not in ("type", "hash")} for line in of(lines, name)]
        assert [{key: _as_dict(value, due[n][key]) for key, value in row.items()} for n, row in enumerate(rows)] == due


def _as_dict(value: Any, like: Any) -> Any:
    return dict(value) if isinstance(like, dict) else value


def test_perfetto_events_are_sorted_and_complete(events: list[dict[str, Any]]) -> None:
    timed = [event for event in events if event["ph"] != "M"]
    assert [event["ts"] for event in timed] == sorted(event["ts"] for event in timed)
    assert {event["ph"] for event in timed} <= {"X", "C", "i"}
    for event in timed:
        assert isinstance(event["ts"], int) and event["ts"] >= 0
        assert event["ph"] != "X" or (isinstance(event["dur"], int) and event["dur"] >= 0 and "tid" in event)
        assert event["ph"] != "C" or all(math.isfinite(value) for value in event["args"].values())


def test_perfetto_spans_of_a_track_never_overlap(events: list[dict[str, Any]]) -> None:
    ends: dict[tuple[int, int], int] = defaultdict(int)
    for event in events:
        if event["ph"] == "X":
            track = event["pid"], event["tid"]
            assert event["ts"] >= ends[track]
            ends[track] = event["ts"] + event["dur"]


def test_perfetto_totals_are_the_journals(lines: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    transfers = of(lines, "transfer_ended")
    for direction, phase in (("down", "download"), ("up", "upload")):
        due = [line for line in transfers if line["direction"] == direction]
        shown = spans(events, phase)
        assert len(shown) == len(due) > 0
        assert sum(event["args"]["sent_bits"] for event in shown) == pytest.approx(sum(t["sent_bits"] for t in due))
        busy_us = 1e6 * sum(t["t_s"] - t["start_s"] for t in due)
        assert sum(event["dur"] for event in shown) == pytest.approx(busy_us, abs=len(due))
    computed = of(lines, "compute_ended")
    compute_us = 1e6 * sum(line["compute_s"] for line in computed)
    assert sum(event["dur"] for event in spans(events, "compute")) == pytest.approx(compute_us, abs=len(computed))
    rounds_us = 1e6 * sum(line["round_s"] for line in of(lines, "round_closed"))
    assert sum(event["dur"] for event in spans(events, "round")) == pytest.approx(rounds_us, abs=2)


def test_perfetto_names_what_was_lost(lines: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    """`upload cut`, `upload partial`, `upload lost`, as the journal calls them."""
    fates = sorted("cut" if t["cut"] else t["outcome"] for t in of(lines, "transfer_ended") if t["direction"] == "up")
    shown = sorted(event["name"].partition(" ")[2] or "delivered" for event in spans(events, "upload"))
    assert shown == fates
    late = [event["name"] for event in events if event["ph"] == "i"]
    assert late == [f"late in {line['phase']}: {line['fate']}" for line in of(lines, "device_late")]


def test_the_lossy_run_is_one(run: Run, lines: list[dict[str, Any]]) -> None:
    """Cut uploads, partial ones and late devices: else the tests here prove less than they say."""
    fates = {(t["outcome"], t["cut"]) for t in of(lines, "transfer_ended") if t["direction"] == "up"}
    lossy = run.scenario["learning"]["kind"] == "none"
    assert fates == ({("partial", False), ("partial", True)} if lossy else {("delivered", False)})
    assert lossy == bool(of(lines, "device_late"))


def test_perfetto_tracks_are_named(lines: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
    names = [event["args"]["name"] for event in events if event["name"] == "thread_name"]
    assert names == ["rounds", *(line["device"] for line in of(lines, "device_ready"))]
    order = {event["pid"]: event["args"]["sort_index"] for event in events if event["name"] == "process_sort_index"}
    assert list(order.values()) == sorted(order.values()) and len(order) == 3
    indices = [event["args"]["sort_index"] for event in events if event["name"] == "thread_sort_index"]
    assert indices == [1, *range(1, len(names))]


def test_perfetto_band_shares_fill_the_band_and_end_at_zero(
    lines: list[dict[str, Any]], events: list[dict[str, Any]]
) -> None:
    """Integrated over time, a direction's counters give its band times the seconds that it was in use."""
    hz: dict[str, float] = {}
    integral, last_us = 0.0, 0
    for event in events:
        if event["ph"] == "C" and event["name"].startswith("up"):
            integral += sum(hz.values()) * (event["ts"] - last_us) * 1e-6
            last_us, hz[event["name"]] = event["ts"], event["args"]["hz"]
    assert set(hz.values()) == {0.0}
    band_hz = next(line["band_hz"] for line in of(lines, "band_shared") if line["direction"] == "up")
    uploads = [(t["start_s"], t["t_s"]) for t in of(lines, "transfer_ended") if t["direction"] == "up"]
    assert integral == pytest.approx(band_hz * _covered_s(uploads), rel=1e-4)


def _covered_s(intervals: list[tuple[float, float]]) -> float:
    covered, reached = 0.0, 0.0
    for start_s, end_s in sorted(intervals):
        covered += max(0.0, end_s - max(start_s, reached))
        reached = max(reached, end_s)
    return covered


@pytest.mark.parametrize("name", ["csv", "parquet", "perfetto"])
def test_the_same_run_gives_the_same_bytes(run: Run, name: str, tmp_path: Path) -> None:
    once, again = export(run, name, tmp_path / "once"), export(run, name, tmp_path / "again")
    assert _bytes(once) == _bytes(again)


def _bytes(path: Path) -> dict[str, bytes]:
    files = path.iterdir() if path.is_dir() else [path]
    return {file.name if path.is_dir() else "": file.read_bytes() for file in files}


def test_the_adapter_is_copied_or_refused(run: Run, tmp_path: Path) -> None:
    if run.scenario["learning"]["kind"] == "none":
        with pytest.raises(UsageError, match="has no adapter"):
            export(run, "peft", tmp_path / "adapter")
        assert not (tmp_path / "adapter").exists()
    else:
        assert _bytes(export(run, "peft", tmp_path / "adapter")) == _bytes(run.path / "adapter")


@pytest.fixture
def small(tmp_path: Path, make_run: Any) -> Run:
    return make_run(tmp_path / "small", lines=[{"type": "run_ended", "reason": "rounds", "rounds": 0}])


def test_every_format_is_described() -> None:
    assert set(FORMATS) == {"csv", "hugging_face", "parquet", "perfetto", "peft"}
    assert all(FORMATS.values())


def test_default_output_is_in_the_run(small: Run) -> None:
    assert export(small, "csv") == small.path / "export" / "csv"
    assert export(small, "perfetto") == small.path / "export" / "perfetto.json"


@pytest.mark.parametrize("name", ["csv", "perfetto"])
def test_nothing_is_replaced_without_force(small: Run, name: str) -> None:
    path = export(small, name)
    with pytest.raises(UsageError, match="is there already"):
        export(small, name)
    assert export(small, name, force=True) == path


def test_force_spares_what_is_not_an_export(small: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").write_text("mine")
    with pytest.raises(UsageError, match="holds thesis.tex"):
        export(small, "csv", tmp_path / "mine", force=True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("name", ["", "journal.jsonl"])
def test_the_run_itself_is_never_replaced(small: Run, name: str) -> None:
    before = _bytes(small.path)
    with pytest.raises(UsageError, match="part of the run"):
        export(small, "perfetto", small.path / name, force=True)
    assert _bytes(small.path) == before


def test_an_output_that_cannot_be_written(small: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        export(small, "csv", tmp_path / "file" / "below")


def test_unknown_format(small: Run) -> None:
    with pytest.raises(UsageError, match="did you mean 'parquet'"):
        export(small, "parket")


@pytest.mark.parametrize("name", ["csv", "perfetto"])
def test_a_journal_without_records(tmp_path: Path, make_run: Any, name: str) -> None:
    with pytest.raises(UsageError, match="nothing to export"):
        export(make_run(tmp_path / "empty"), name)


@pytest.mark.parametrize("line", [{"type": "dreamt"}, {"type": "run_ended", "reason": "rounds"}])
def test_a_journal_of_another_version(tmp_path: Path, make_run: Any, line: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"record 0 \\({line['type']}\\) was written by another version"):
        export(make_run(tmp_path / "other", lines=[line]), "csv")


@pytest.fixture
def asked(tmp_path: Path, make_run: Any, controlled_lines: list[dict[str, Any]]) -> Run:
    """A run with requests, grants, a held update and, after one upload, an acknowledgement."""
    ack = {"transfer": "ack/d00001/1", "purpose": "acknowledgement", "direction": "down", "start_s": 6.8, "t_s": 7.0}
    flew = next(line for line in controlled_lines if line["type"] == "transfer_ended") | ack
    end = next(place for place, line in enumerate(controlled_lines) if line["t_s"] > 7.0)
    return make_run(tmp_path / "asked", lines=[*controlled_lines[:end], flew, *controlled_lines[end:]])


def test_perfetto_shows_requests_grants_and_what_was_held(asked: Run, tmp_path: Path) -> None:
    events = json.loads(export(asked, "perfetto", tmp_path / "trace.json").read_text())["traceEvents"]
    requests, granted = spans(events, "request"), spans(events, "grant")
    assert (len(requests), len(granted)) == (8, 8)
    assert all(event["pid"] == 2 and event["dur"] == 100_000 for event in (*requests, *granted))
    said = [event["name"] for event in events if event["ph"] == "i"]
    assert said.count("update held back") == 1
    assert said[:2] == ["granted 0.5 of the band, 4 ranks"] * 2
    queue = [event["args"]["value"] for event in events if event["name"] == "queue_s"]
    assert queue == pytest.approx([1.8, 1.2, 0.6, 2.4])


def test_perfetto_acknowledgements_have_tracks_of_their_own(asked: Run, tmp_path: Path) -> None:
    """They fly while their devices already do something else."""
    events = json.loads(export(asked, "perfetto", tmp_path / "trace.json").read_text())["traceEvents"]
    (shown,) = spans(events, "acknowledgement")
    assert (shown["pid"], shown["tid"], shown["dur"]) == (4, 1, 200_000)
    names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    assert names[4] == "acknowledgements"


@pytest.fixture
def sites(tmp_path: Path, make_run: Any, sites_lines: list[dict[str, Any]]) -> Run:
    """A run with hops between fixed nodes and outages of a link, a device and a station."""
    return make_run(tmp_path / "sites", lines=sites_lines)


def test_links_and_outages_have_tables(sites: Run, tmp_path: Path) -> None:
    folder = export(sites, "csv", tmp_path / "tables")
    links = {row["link"]: row for row in _rows(folder / "links.csv")}
    assert (links["bs1>core"]["medium"], links["bs1>core"]["lost_bits"]) == ("hop", "16000.0")
    assert links["devices>bs1"]["mean_wait_s"] == ""
    outages = [(row["element"], row["start_s"], row["recovery_s"]) for row in _rows(folder / "outages.csv")]
    assert outages[:2] == [("bs1<>core", "26.5", "7.0"), ("d00002", "33.0", "12.0")]
    assert [row["outages"] for row in _rows(folder / "downtimes.csv")] == ["1", "1", "1"]


def test_perfetto_has_tracks_of_hops_and_outages(sites: Run, tmp_path: Path) -> None:
    events = json.loads(export(sites, "perfetto", tmp_path / "trace.json").read_text())["traceEvents"]
    names = {event["pid"]: event["args"]["name"] for event in events if event["name"] == "process_name"}
    assert (names[5], names[6]) == ("hops", "outages")
    tracks = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name" and e["pid"] > 4}
    downs = {tracks[6, event["tid"]]: (event["ts"], event["dur"]) for event in spans(events, "outage")}
    assert downs["bs1<>core"] == (26_500_000, 16_500_000)
    failed = [event for event in spans(events, "hop") if event["args"]["cause"] == "outage"]
    assert [(tracks[5, e["tid"]], e["name"], e["dur"]) for e in failed] == [
        ("bs1>core", "update outage", 300_000),
        ("core>bs1", "model outage", 0),
        ("bs1>core", "update outage", 0),
        ("core>bs1", "model outage", 0),
    ]


def test_perfetto_says_that_a_server_came_back(
    sites_lines: list[dict[str, Any]], tmp_path: Path, make_run: Any
) -> None:
    """An outage that lasts beyond the journal ends with it."""
    restored = trace.ServerRestored(t_s=60.0, round=6, version=7, durable_version=4, lost_versions=2).payload()
    down = trace.OutageStarted(t_s=60.0, element="core", what="server").payload()
    end = trace.RunEnded(t_s=62.0, reason="time", rounds=6).payload()
    run = make_run(tmp_path / "crashed", lines=[*sites_lines[:-1], down, restored, end])
    events = json.loads(export(run, "perfetto", tmp_path / "trace.json").read_text())["traceEvents"]
    assert "server restored, 2 versions lost" in [event["name"] for event in events if event["ph"] == "i"]
    assert spans(events, "outage")[-1]["dur"] == 2_000_000


def test_counters_of_broadcasts_are_named_after_their_stations(sites: Run, tmp_path: Path) -> None:
    events = json.loads(export(sites, "perfetto", tmp_path / "trace.json").read_text())["traceEvents"]
    counters = {event["name"] for event in events if event["ph"] == "C" and event["name"].startswith(("up", "down"))}
    assert counters == {f"up/d0000{n}" for n in (1, 2, 3)} | {f"down/bs{n}" for n in (1, 2, 3)}
