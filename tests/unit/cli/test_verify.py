from __future__ import annotations

import json
from pathlib import Path

import pytest

JOURNAL = Path("one/journal.jsonl")


@pytest.fixture(autouse=True)
def finished_run(cli) -> None:
    cli("run", "small.yaml", "--out", "one")


def test_a_sound_run_is_ok(cli) -> None:
    digest = json.loads(Path("one/manifest.json").read_text())["digest"]
    records = len(JOURNAL.read_text().splitlines())
    assert cli("verify", "one") == (0, f"ok: {records} records, digest {digest}\n", "")


def test_json(cli) -> None:
    report = json.loads(cli("verify", "one", "--json").out)
    assert report["faults"] == [] and report["status"] == "completed"


def test_a_changed_record_breaks_the_chain(cli) -> None:
    text = JOURNAL.read_text()
    JOURNAL.write_text(text.replace('"t_s":0.0', '"t_s":0.5', 1))
    said = cli("verify", "one")
    assert said.code == 1
    assert "record 0: hash" in said.out
    assert json.loads(cli("verify", "one", "--json").out)["faults"] == said.out.splitlines()


def test_a_digest_that_is_not_the_manifests_is_a_fault(cli) -> None:
    manifest = Path("one/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"digest": "0" * 32}))
    said = cli("verify", "one")
    assert said.code == 1
    assert said.out.startswith(f"the manifest's digest is {'0' * 32}, the journal ends with ")


def test_a_cut_last_line_is_named(cli) -> None:
    JOURNAL.write_text(JOURNAL.read_text()[:-20])
    said = cli("verify", "one")
    assert said.code == 1
    assert said.out.startswith("one/journal.jsonl:") and "killed" in said.out and said.out.count("\n") == 1


def test_a_line_that_is_no_record_is_named(cli) -> None:
    JOURNAL.write_text(JOURNAL.read_text() + "{}\n")
    said = cli("verify", "one")
    assert said.code == 1
    assert "not a record" in said.out and "killed" not in said.out


def test_a_killed_run_is_checked_as_unfinished(cli) -> None:
    _as_if_killed(JOURNAL.read_text().splitlines(keepends=True)[:-1])
    assert cli("verify", "one").out.endswith(" (unfinished: running)\n")


def test_an_empty_journal_is_a_fault(cli) -> None:
    _as_if_killed([])
    assert cli("verify", "one") == (1, "the journal holds no record\n", "")


def test_a_folder_that_is_no_run_is_wrong_usage(cli) -> None:
    assert cli("verify", ".").code == 2


def _as_if_killed(lines: list[str]) -> None:
    JOURNAL.write_text("".join(lines))
    manifest = json.loads(Path("one/manifest.json").read_text()) | {"status": "running"}
    del manifest["digest"]
    Path("one/manifest.json").write_text(json.dumps(manifest))
