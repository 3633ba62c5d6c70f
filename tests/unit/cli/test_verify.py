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


def test_an_edited_summary_is_named_with_its_first_key(cli) -> None:
    due = _edit_summary(uplink_bits=1, energy_j=2.0)
    said = cli("verify", "one")
    assert (said.code, said.out) == (1, f"summary.json: uplink_bits is 1, by the journal {due['uplink_bits']}\n")


def test_a_key_that_the_journal_does_not_give_is_named(cli) -> None:
    _edit_summary(luck=7)
    assert cli("verify", "one").out == "summary.json: luck is 7, by the journal absent\n"


def test_an_edited_round_is_named_with_its_first_key(cli) -> None:
    table = Path("one/rounds.csv")
    header, first, second = table.read_text().splitlines()
    cells = dict(zip(header.split(","), second.split(","), strict=True))
    edited = ",".join((cells | {"participants": "9", "round_s": "0.0"}).values())
    table.write_text("\n".join([header, first, edited, ""]))
    said = cli("verify", "one")
    assert (said.code, said.out) == (1, "rounds.csv: round 2: participants is 9, by the journal 3\n")


def test_a_lost_round_is_a_fault(cli) -> None:
    table = Path("one/rounds.csv")
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-1]))
    assert cli("verify", "one").out == "rounds.csv: holds 1 rounds, the journal 2\n"


def test_each_file_has_one_sentence(cli) -> None:
    Path("one/summary.json").write_text("[]")
    Path("one/rounds.csv").write_text("round,t_s\n1,soon\n")
    assert [line.partition(":")[0] for line in cli("verify", "one").out.splitlines()] == [
        "summary.json cannot be read",
        "rounds.csv cannot be read",
    ]


def test_a_missing_table_is_a_fault(cli) -> None:
    Path("one/rounds.csv").unlink()
    assert cli("verify", "one") == (1, "rounds.csv is missing\n", "")


def test_the_tables_of_an_unfinished_run_are_not_compared(cli) -> None:
    _edit_summary(uplink_bits=1)
    _as_if_killed(JOURNAL.read_text().splitlines(keepends=True)[:-1])
    assert cli("verify", "one").code == 0


def _edit_summary(**changes: float) -> dict[str, float]:
    """What the summary said before."""
    path = Path("one/summary.json")
    before = json.loads(path.read_text())
    path.write_text(json.dumps(before | changes))
    return before


def _as_if_killed(lines: list[str]) -> None:
    JOURNAL.write_text("".join(lines))
    manifest = json.loads(Path("one/manifest.json").read_text()) | {"status": "running"}
    del manifest["digest"]
    Path("one/manifest.json").write_text(json.dumps(manifest))
