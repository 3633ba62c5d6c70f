"""A run that was stopped anywhere and resumed is byte for byte the run that was never stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import wfsim
from wfsim import simulate
from wfsim.errors import Interrupted, RunError, UsageError
from wfsim.results.directory import Run

NAKAGAMI = Path(__file__).parents[1] / "unit" / "parts" / "nakagami.py"
FILES = ("journal.jsonl", "rounds.csv", "summary.json", "scenario.yaml", "log.txt", "adapter/adapter_model.safetensors")
SMALL = {"topology.devices": 4, "stop.rounds": 3, "learning.local.steps": 2, "learning.engine.chunk_jobs": 2}
LOSSY = {
    "radio.transport": "unreliable",
    "radio.link": {"kind": "shannon", "residual_loss": 0.4, "csi_age_s": 0.005},
    "radio.packets.mtu_bytes": 300,
    "radio.downlink.transport": "unreliable",
    "protocol": {"kind": "deadline", "round_s": 3.0},
    "devices.availability": {"kind": "bernoulli", "probability": 0.6, "period_s": 2.0},
}
REMEMBERING = {  # stale updates, versions in flight, sizes that values decide, a memory that losses enter
    **SMALL,
    "stop.rounds": 6,
    "learning.adapter.factors": "alternate",
    "protocol": {"kind": "buffered", "buffer": 2},
    "codec": {"kind": "error_feedback", "on": "acked", "inner": {"kind": "top_k", "keep_share": 0.1}},
    "radio.transport": "unreliable",
    "radio.link": {"kind": "shannon", "residual_loss": 0.4},
    "radio.packets.mtu_bytes": 300,
}
ASKING = {  # scores that control reads, ranks that it grants, and devices that hold back
    **SMALL,
    "codec": {"kind": "error_feedback", "inner": "soft"},
    "controller": {"kind": "tsfa", "latency_budget_s": 2.0},
    "trace.updates": True,
}
HOLDING = {
    **SMALL,
    "codec": {"kind": "error_feedback", "inner": {"kind": "soft", "keep": 2}},
    "controller": {"kind": "every", "every": 2},
    "protocol": {"kind": "deadline", "round_s": 2.5, "overtaken": "finish"},
}
FAILING = {  # devices that forget, a server that goes back to an older version and memory with uploads in hand
    **SMALL,
    "stop.rounds": 5,
    "codec": {"kind": "error_feedback", "inner": {"kind": "soft", "keep": 2}},
    "devices.failures": {"kind": "random", "mtbf_s": 6.0, "mttr_s": 0.4},
    "devices.recovery": "restart",
    "devices.keeps_state": False,
    "aggregator": {"kind": "fedit", "server": "adam", "missing": "last_known"},
    "server": {"outages": {"kind": "scheduled", "windows": [[5.0, 5.5]]}, "durable_every_rounds": 2},
}
EDGES = {
    **{key: value for key, value in SMALL.items() if key != "topology.devices"},
    "topology": {"kind": "sites", "sites": [{"name": n, "devices": 2, "min_distance_m": 40} for n in ("a", "b")]},
    "hierarchy.edge_rounds": 2,
    "devices.failures": {"kind": "random", "mtbf_s": 6.0, "mttr_s": 0.4},
    "devices.keeps_state": False,
    "codec": {"kind": "error_feedback", "inner": {"kind": "soft", "keep": 2}},
}
MOVING = {  # devices that are behind, one that forgets its base, a base that the checkpoint holds
    **SMALL,
    "stop.rounds": 4,
    "aggregator": "flora",
    "controller": {"kind": "random", "devices": 2},
    "devices.failures": {"kind": "random", "mtbf_s": 9.0, "mttr_s": 0.4},
    "devices.keeps_state": False,
    "radio.downlink": {"kind": "unicast", "codec": {"values": "int8"}},
}
CASES = {
    "reliable": SMALL,
    "lossy": SMALL | LOSSY,
    "timing": SMALL | {"learning.kind": "none"},
    "remembering": REMEMBERING,
    "asking": ASKING,
    "holding": HOLDING,
    "failing": FAILING,
    "edges": EDGES,
    "moving": MOVING,
}


def stop_at(record: int):
    def sink(line) -> None:
        if line["seq"] == record:
            raise KeyboardInterrupt

    return sink


def contents(run: Run) -> dict[str, bytes]:
    return {name: (run.path / name).read_bytes() for name in FILES if (run.path / name).is_file()}


@pytest.fixture(scope="session")
def run_whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """Runs a case once: pytest would set `whole` up anew for every test that names its case."""

    @cache
    def run(case: str) -> Run:
        return wfsim.run(wfsim.load_scenario("digits", CASES[case]), tmp_path_factory.mktemp(case) / "run")

    return run


@pytest.fixture(params=CASES)
def whole(request, run_whole: Callable[[str], Run]) -> Run:
    return run_whole(request.param)


STOPS = {"reliable": (0.0, 0.2, 0.5, 0.8, 1.0), "lossy": (0.0, 0.4, 0.7, 0.9, 1.0)}
PAIRS = [(case, share) for case in CASES for share in STOPS.get(case, (0.3, 0.8))]


@pytest.mark.parametrize(("whole", "share"), PAIRS, indirect=["whole"])
def test_stopped_once(whole: Run, tmp_path: Path, share: float) -> None:
    scenario, last = simulate.resumable(whole.path), len(list(whole.journal())) - 1
    with pytest.raises(Interrupted, match=r"`wfsim resume .*run` goes on"):
        wfsim.run(scenario, tmp_path / "run", sinks=[stop_at(round(share * last))])
    assert Run(tmp_path / "run").status == "interrupted"
    done = simulate.resume(tmp_path / "run")
    assert contents(done) == contents(whole)
    assert done.manifest["digest"] == whole.manifest["digest"]
    assert done.manifest["work"] == whole.manifest["work"]  # nothing was computed twice
    assert not (done.path / "checkpoints").exists()


def test_stopped_every_so_often(whole: Run, tmp_path: Path) -> None:
    scenario, records = simulate.resumable(whole.path), len(list(whole.journal()))
    for record in range(1, records, max(records // 5, 1)):
        with pytest.raises(Interrupted):
            wfsim.run(scenario, tmp_path / "run", sinks=[stop_at(record)])
    done = wfsim.run(scenario, tmp_path / "run")  # running again goes on as `resume` does
    assert contents(done) == contents(whole)
    assert done.manifest["work"] == whole.manifest["work"]
    assert done.manifest["attempts"] == len(range(1, records, max(records // 5, 1))) + 1


def test_a_torn_journal_and_a_damaged_checkpoint_cost_time_only(whole: Run, tmp_path: Path) -> None:
    scenario, last = simulate.resumable(whole.path), len(list(whole.journal())) - 1
    with pytest.raises(Interrupted):
        wfsim.run(scenario, tmp_path / "run", sinks=[stop_at(round(0.8 * last))])
    journal = tmp_path / "run" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-17])
    for checkpoint in (tmp_path / "run" / "checkpoints").glob("*.ckpt"):
        checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    assert contents(simulate.resume(tmp_path / "run")) == contents(whole)


def test_a_checkpoint_within_the_past_forgets_nothing_that_comes_after(
    whole: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first attempt is too busy for a second checkpoint, its resumption writes one after every round."""
    from wfsim.world import checkpoint

    scenario, last = simulate.resumable(whole.path), len(list(whole.journal())) - 1
    monkeypatch.setattr(checkpoint, "_WORK_PER_WRITE", 1e9)
    with pytest.raises(Interrupted):
        wfsim.run(scenario, tmp_path / "run", sinks=[stop_at(round(0.97 * last))])
    monkeypatch.setattr(checkpoint, "_WORK_PER_WRITE", 0.0)
    assert simulate.resume(tmp_path / "run").manifest["work"] == whole.manifest["work"]


def test_a_completed_run_is_left_alone(whole: Run) -> None:
    before = (whole.path / "manifest.json").read_bytes()
    simulate.resume(whole.path)
    assert (whole.path / "manifest.json").read_bytes() == before


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    scenario = wfsim.load_scenario("digits", SMALL)
    with pytest.raises(Interrupted):
        wfsim.run(scenario, tmp_path / "run", sinks=[stop_at(70)])
    return tmp_path / "run"


def test_a_journal_of_another_past_is_refused(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another version of NumPy draws other numbers."""
    from wfsim.rng import Streams

    draw = Streams.generator
    monkeypatch.setattr(Streams, "generator", lambda self, *address: draw(Streams(self.seed + 1), *address))
    with pytest.raises(RunError, match="record 1 is not repeated as the journal holds it; --force starts afresh"):
        simulate.resume(stopped)


def test_a_checkpoint_of_another_machine_is_refused(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wfsim.world import checkpoint

    monkeypatch.setattr(checkpoint, "machine", lambda: {"processor": "x", "torch": "0.0"})
    with pytest.raises(UsageError, match=r"begun under processor .* \(here x\), torch .* \(here 0.0\); --force"):
        simulate.resume(stopped)


def test_changed_code_is_refused(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "run_id", lambda _: "0" * 12)
    with pytest.raises(UsageError, match="code, data or weights have changed since the run began; `wfsim run"):
        simulate.resume(stopped)


def test_force_starts_afresh(stopped: Path) -> None:
    done = wfsim.run(simulate.resumable(stopped), stopped, force=True)
    assert done.manifest["attempts"] == 1 and done.status == "completed"


def test_a_scenario_edited_by_hand_is_refused(stopped: Path) -> None:
    text = (stopped / "scenario.yaml").read_text(encoding="utf-8")
    (stopped / "scenario.yaml").write_text(text.replace("devices: 4", "devices: 5"), encoding="utf-8")
    with pytest.raises(UsageError, match="scenario.yaml, code, data or weights have changed"):
        simulate.resume(stopped)


def test_stopped_while_the_past_is_replayed_it_still_says_all_that_was_done(stopped: Path) -> None:
    before, digest = contents(Run(stopped)), Run(stopped).manifest["digest"]
    with pytest.raises(Interrupted):
        wfsim.run(simulate.resumable(stopped), stopped, sinks=[stop_at(3)])
    assert {**contents(Run(stopped)), "log.txt": b""} == {**before, "log.txt": b""}
    assert Run(stopped).manifest["digest"] == digest == list(Run(stopped).journal())[-1]["hash"]


def test_a_run_with_parts_of_its_own(tmp_path: Path) -> None:
    shutil.copy(NAKAGAMI, tmp_path / "nakagami.py")
    source = tmp_path / "own.yaml"
    source.write_text("extends: digits\nparts: [./nakagami.py]\nradio: {fading: nakagami}\n", encoding="utf-8")
    whole = wfsim.run(wfsim.load_scenario(source, SMALL), tmp_path / "whole")
    with pytest.raises(Interrupted):
        wfsim.run(wfsim.load_scenario(source, SMALL), tmp_path / "run", sinks=[stop_at(70)])
    source.unlink()
    assert contents(simulate.resume(tmp_path / "run")) == contents(whole)
