from __future__ import annotations

import os

import numpy as np

from wfsim.learning.work import Work, work_counts
from wfsim.learning.work_store import WorkStore

ROW = np.arange(250, dtype=np.float32)


def kept(store: WorkStore, keys: str) -> str:
    return "".join(key for key in keys if store.get(key) is not None)


def test_what_is_put_is_found_by_another_store(tmp_path) -> None:
    WorkStore(tmp_path).put("a", [ROW, ROW > 3])
    row, mask = WorkStore(tmp_path).get("a") or ()
    assert np.array_equal(row, ROW) and np.array_equal(mask, ROW > 3)
    assert WorkStore(tmp_path).get("b") is None


def test_a_damaged_entry_is_named_once_and_gone(tmp_path) -> None:
    store = WorkStore(tmp_path)
    store.put("a", [ROW])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert store.get("a") is None
    assert not list(tmp_path.iterdir())
    assert store.take_damaged("a") and not store.take_damaged("a")


def test_an_entry_under_a_wrong_name_is_damaged(tmp_path) -> None:
    store = WorkStore(tmp_path)
    store.put("a", [ROW])
    (path,) = tmp_path.iterdir()
    path.rename(path.with_stem("b"))
    assert store.get("b") is None and store.take_damaged("b")


def test_the_longest_unused_go_when_the_limit_is_reached(tmp_path) -> None:
    store = WorkStore(tmp_path, limit_bytes=5_500)
    for age, key in enumerate("abcd"):
        store.put(key, [ROW])
        os.utime(tmp_path / f"{key}.work", (1000 + age, 1000 + age))
    assert store.get("a") is not None  # used just now, so `b` is the oldest
    for key in "ef":
        store.put(key, [ROW])
    assert store.size_bytes() <= 5_500
    assert kept(store, "abcdef") == "adef"


def test_without_a_limit_nothing_goes(tmp_path) -> None:
    store = WorkStore(tmp_path)
    for key in "abcdef":
        store.put(key, [ROW])
    assert kept(store, "abcdef") == "abcdef"


def test_what_was_used_is_forgotten_and_the_rest_stays(tmp_path) -> None:
    earlier = WorkStore(tmp_path)
    for key in "abc":
        earlier.put(key, [ROW])
    later = WorkStore(tmp_path)
    later.get("a")
    later.put("d", [ROW])
    later.forget_used()
    later.forget_used()
    assert kept(WorkStore(tmp_path), "abcd") == "bc"


def test_work_is_done_once_wherever_it_is_kept(tmp_path) -> None:
    log, computed = tmp_path / "log", []

    def ask(work: Work, key: str) -> float:
        return float(work.once("chunk", key, lambda: computed.append(key) or [ROW * len(computed)])[0][1])

    first = Work(own=WorkStore(tmp_path / "own"), cache=WorkStore(tmp_path / "cache"), log=log)
    assert [ask(first, key) for key in "aba"] == [1.0, 2.0, 1.0]
    other = Work(own=WorkStore(tmp_path / "other"), cache=WorkStore(tmp_path / "cache"), log=tmp_path / "log2")
    assert [ask(other, key) for key in "bbc"] == [2.0, 2.0, 3.0]
    assert ask(Work(own=WorkStore(tmp_path / "other")), "b") == 2.0  # found in the cache, then kept as its own
    assert computed == ["a", "b", "c"]
    assert work_counts(log)["chunks_computed"] == 2
    assert work_counts(tmp_path / "log2") == {
        "cache_entries_damaged": 0,
        "cache_entries_not_written": 0,
        "chunks_computed": 1,
        "chunks_repeated": 0,
        "chunks_from_cache": 1,
        "scores_computed": 0,
        "scores_repeated": 0,
        "scores_from_cache": 0,
    }


def test_work_that_keeps_nothing_computes_again(tmp_path) -> None:
    computed: list[str] = []
    for _ in range(2):
        Work().once("chunk", "a", lambda: computed.append("a") or [ROW])
    assert computed == ["a", "a"]


def test_repeated_work_is_counted(tmp_path) -> None:
    log = tmp_path / "log"
    log.write_text("begun chunk a\nbegun chunk b\nbegun chunk a\nbegun score c\nbegun chu")
    counts = work_counts(log)
    assert (counts["chunks_computed"], counts["chunks_repeated"], counts["scores_computed"]) == (2, 1, 1)


def test_drafts_of_killed_processes_count_and_go(tmp_path) -> None:
    draft = tmp_path / ".a.work.123.456.part"
    draft.write_bytes(bytes(2000))
    os.utime(draft, (1.0, 1.0))
    store = WorkStore(tmp_path, limit_bytes=1500)
    assert store.size_bytes() == 2000
    store.put("b", [ROW])
    assert [path.name for path in tmp_path.iterdir()] == ["b.work"]
