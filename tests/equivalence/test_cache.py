"""Runs that have not yet diverged share training; sharing changes no byte."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

import wfsim
from wfsim.learning.work_store import WorkStore
from wfsim.results.directory import Run
from wfsim.simulate import Resources

BANDS_HZ = (5e5, 1e6, 2e6)
DEVICES, ROUNDS, CHUNK_JOBS = 5, 2, 2
CHUNKS = ROUNDS * 3  # five jobs in chunks of two
SMALL = {
    "topology.devices": DEVICES,
    "stop.rounds": ROUNDS,
    "learning.local.steps": 2,
    "learning.engine": {"chunk_jobs": CHUNK_JOBS},
}


def play(place: Path, band_hz: float, cache: Path | None, **more: object) -> Run:
    scenario = wfsim.load_scenario("digits", {**SMALL, "radio.bandwidth_hz": band_hz, **more})
    return wfsim.run(scenario, place, resources=Resources(cache=cache))


def work(run: Run) -> tuple[int, int, int, int]:
    """Chunks computed and found, scores computed and found."""
    counts = run.manifest["work"]
    return tuple(counts[f"{kind}_{what}"] for kind in ("chunks", "scores") for what in ("computed", "from_cache"))


@pytest.fixture
def swept(tmp_path: Path) -> list[Run]:
    """A bandwidth sweep with reliable synchronous transport, one run after the other."""
    return [play(tmp_path / f"b{band_hz:g}", band_hz, tmp_path / "cache") for band_hz in BANDS_HZ]


def test_exactly_the_duplicates_are_saved(swept: list[Run]) -> None:
    """The band decides when an update arrives, not what is in it: all but the first run find everything."""
    assert work(swept[0]) == (CHUNKS, 0, ROUNDS, 0)
    assert [work(run) for run in swept[1:]] == 2 * [(0, CHUNKS, 0, ROUNDS)]


def test_sharing_changes_no_byte(swept: list[Run], tmp_path: Path) -> None:
    for run, band_hz in zip(swept, BANDS_HZ, strict=True):
        alone = play(tmp_path / f"alone{band_hz:g}", band_hz, None)
        assert work(alone) == (CHUNKS, 0, ROUNDS, 0)
        for name in ("journal.jsonl", "adapter/adapter_model.safetensors"):
            assert (alone.path / name).read_bytes() == (run.path / name).read_bytes()


def test_what_diverges_is_shared_up_to_there(swept: list[Run], tmp_path: Path) -> None:
    """Another number format of updates leaves the first round's training and changes all that follows."""
    other = play(tmp_path / "other", BANDS_HZ[0], tmp_path / "cache", **{"codec.values": "fp32"})
    assert work(other) == (CHUNKS // 2, CHUNKS // 2, ROUNDS, 0)


def test_another_seed_shares_nothing(swept: list[Run], tmp_path: Path) -> None:
    assert work(play(tmp_path / "other", BANDS_HZ[0], tmp_path / "cache", seed=2)) == (CHUNKS, 0, ROUNDS, 0)


def test_a_corrupted_entry_is_noticed_and_computed_again(swept: list[Run], tmp_path: Path) -> None:
    entry = max((tmp_path / "cache").iterdir(), key=lambda path: path.stat().st_size)
    content = entry.read_bytes()
    entry.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    again = play(tmp_path / "again", BANDS_HZ[1], tmp_path / "cache")
    assert work(again) == (1, CHUNKS - 1, 0, ROUNDS)
    assert again.manifest["work"]["cache_entries_damaged"] == 1
    assert entry.read_bytes() == content
    assert again.manifest["digest"] == swept[1].manifest["digest"]


def test_a_cache_that_takes_nothing_stops_nobody(
    swept: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: WorkStore, key: str, arrays: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    own = WorkStore.put
    monkeypatch.setattr(
        WorkStore, "put", lambda self, *entry: (full if self._limit_bytes is not None else own)(self, *entry)
    )
    run = play(tmp_path / "run", BANDS_HZ[0], tmp_path / "full")
    assert run.manifest["digest"] == swept[0].manifest["digest"]
    assert run.manifest["work"]["cache_entries_not_written"] == CHUNKS + ROUNDS


def test_a_cache_that_holds_next_to_nothing_changes_no_byte(swept: list[Run], tmp_path: Path) -> None:
    scenario = wfsim.load_scenario("digits", {**SMALL, "radio.bandwidth_hz": BANDS_HZ[0]})
    small = Resources(cache=tmp_path / "small", cache_limit_bytes=1)
    assert wfsim.run(scenario, tmp_path / "run", resources=small).manifest["digest"] == swept[0].manifest["digest"]
    assert not list((tmp_path / "small").iterdir())
