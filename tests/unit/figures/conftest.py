"""Hand-made run directories (two devices, the last one too slow, the other with a lossy uplink), and a real one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wfsim import trace
from wfsim.results.directory import Run, write_json
from wfsim.results.rounds import write_rounds
from wfsim.results.summary import Summary

_ROUND_S = 10.0


def _transfer(
    direction: str, device: str, start_s: float, end_s: float, lost: float, *, cut: bool = False
) -> trace.TransferEnded:
    return trace.TransferEnded(
        t_s=end_s,
        transfer=f"{direction}/{device}/{start_s}",
        purpose={"up": "update", "down": "model"}[direction],
        direction=direction,
        device=device,
        start_s=start_s,
        outcome="partial" if lost else "delivered",
        cut=cut,
        cause="round" if cut else None,
        packets_sent=10,
        packets_lost=int(10 * lost),
        attempts=1,
        sent_bits=1e6,
        delivered_bits=1e6 * (1 - lost),
        lost_bits=1e6 * lost,
        repeated_bits=0.0,
        undelivered_bits=1e6 * lost,
        airtime_s=end_s - start_s,
        energy_j=2.0,
        lost=list(range(int(10 * lost))),
        blocks=5,
        blocks_at_cap=0,
        blocks_at_zero=0,
    )


def _computed(device: str, number: int, start_s: float, end_s: float, *, finished: bool) -> trace.ComputeEnded:
    return trace.ComputeEnded(
        t_s=end_s, device=device, round=number, compute_s=end_s - start_s, energy_j=3.0, finished=finished
    )


def _round(number: int, devices: Sequence[str], deadline: bool, cut: bool) -> list[trace.Record]:
    start_s, close_s = (number - 1) * _ROUND_S, number * _ROUND_S
    records: list[trace.Record] = [
        trace.RoundStarted(
            t_s=start_s,
            round=number,
            version=number - 1,
            available=len(devices),
            cohort=list(devices),
            deadline_s=close_s if deadline else None,
        )
    ]
    records += [_transfer("down", device, start_s, start_s + 1.0, 0.0) for device in devices]
    for rank, device in enumerate(devices[:-1]):
        ready_s = start_s + 2.0 + 6.0 * rank / len(devices)
        records.append(_computed(device, number, start_s + 1.0, ready_s, finished=True))
        records.append(_transfer("up", device, ready_s, close_s if cut else ready_s + 1.0, 0.3, cut=cut))
    records.append(_computed(devices[-1], number, start_s + 1.0, close_s, finished=False))
    records.append(
        trace.RoundClosed(
            t_s=close_s,
            round=number,
            version=number,
            participants=len(devices) - 1,
            arrived=len(devices) - 1,
            staleness=[0] * (len(devices) - 1),
            overtaken=1,
            coverage=0.7,
            round_s=_ROUND_S,
        )
    )
    return records


MakeRun = Callable[..., Run]
WriteRun = Callable[[str, Sequence[trace.Record]], Run]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """make_run(name, seed, accuracies, devices=, deadline=, cut=, scenario=, folder=): one round per accuracy.

    None is a round that was not evaluated; with `cut` uploads last to the round's end, which cuts them.
    """

    def make(
        name: str,
        seed: int,
        accuracies: Sequence[float | None],
        *,
        devices: Sequence[str] = ("d00001", "d00002"),
        deadline: bool = False,
        cut: bool = False,
        scenario: str | None = None,
        folder: str | None = None,
    ) -> Run:
        path = tmp_path / (folder or f"{name}-{seed}")
        path.mkdir(parents=True)
        if scenario is not None:
            (path / "scenario.yaml").write_text(f"name: {name}\nseed: {seed}\n{scenario}")
        records: list[trace.Record] = [
            trace.RunStarted(
                t_s=0.0,
                format=trace.FORMAT,
                scenario=name,
                seed=seed,
                devices=len(devices),
                rank=4,
                entries=100,
                update_bits=10**6,
                download_bits=10**6,
            )
        ]
        for number, accuracy in enumerate(accuracies, start=1):
            records += _round(number, devices, deadline, cut)
            if accuracy is not None:
                records.append(
                    trace.Evaluated(
                        t_s=number * _ROUND_S,
                        round=number,
                        version=number,
                        accuracy=accuracy,
                        loss=1.0,
                        device_accuracy={},
                    )
                )
        summary, file = Summary(), trace.FileSink(path / "journal.jsonl")
        journal = trace.Journal([file, summary])
        for record in records:
            journal.write(record)
        file.close()
        write_rounds(path / "rounds.csv", summary.table.rows)
        write_json(path / "summary.json", summary.values())
        write_json(path / "manifest.json", {"name": name, "status": "completed", "run_id": f"{name}{seed}"})
        return Run(path)

    return make


@pytest.fixture
def write_run(tmp_path: Path) -> WriteRun:
    """write_run(folder, records, scenario): a finished run with this journal and `scenario` (a mapping in JSON)."""

    return lambda folder, records, **scenario: _write(tmp_path / folder, records, **scenario)


def _write(path: Path, records: Sequence[trace.Record], **scenario: object) -> Run:
    path.mkdir()
    summary, file = Summary(), trace.FileSink(path / "journal.jsonl")
    journal = trace.Journal([file, summary])
    for record in records:
        journal.write(record)
    file.close()
    (path / "scenario.yaml").write_text(json.dumps({"name": "hand", "seed": 1, **scenario}))
    write_rounds(path / "rounds.csv", summary.table.rows)
    write_json(path / "summary.json", summary.values())
    write_json(path / "manifest.json", {"name": "hand", "status": "completed", "run_id": path.name})
    return Run(path)


@pytest.fixture(scope="session")
def sites_run(sites_records: Callable[..., Sequence[trace.Record]], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Six rounds of three sites behind hops, with outages of a link, a device and a station, written by hand."""
    return _write(tmp_path_factory.mktemp("sites") / "run", sites_records())


@pytest.fixture(scope="session")
def real_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two rounds of four devices that train, lose packets and are cut, with all gains in the journal."""
    import wfsim

    overrides = {
        "name": "real",
        "stop.rounds": 2,
        "trace.channel": True,
        "protocol": {"kind": "deadline", "round_s": 3.0},
        "radio.transport": "unreliable",
        "radio.link.residual_loss": 0.2,
        "radio.packets.mtu_bytes": 500,
        "learning.local": {"steps": 1},
    }
    return wfsim.run(wfsim.load_scenario("digits", overrides), tmp_path_factory.mktemp("real") / "run")


@pytest.fixture(scope="session")
def budget_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two rounds of four devices that train and ask, under a budget of time per round, with their updates measured."""
    import wfsim

    overrides = {
        "name": "budget",
        "topology.devices": 4,
        "stop.rounds": 2,
        "trace": {"updates": True},
        "codec": {"kind": "soft"},
        "controller": {"kind": "tsfa", "latency_budget_s": 3.0},
        "learning.local": {"steps": 1},
    }
    return wfsim.run(wfsim.load_scenario("digits", overrides), tmp_path_factory.mktemp("budget") / "run")


@pytest.fixture(scope="session")
def lines(real_run: Run) -> list[dict[str, object]]:
    """The journal of the real run."""
    return list(real_run.journal())
