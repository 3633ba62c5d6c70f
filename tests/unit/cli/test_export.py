from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def finished_run(cli) -> None:
    cli("run", "small.yaml", "--out", "one")


def test_the_path_is_printed(cli) -> None:
    assert cli("export", "one", "--format", "csv") == (0, "one/export/csv\n", "")
    assert Path("one/export/csv/round_closed.csv").read_text().startswith("seq,t_s,round,")


def test_output(cli) -> None:
    assert cli("export", "one", "-f", "perfetto", "-o", "deep/t.json").out == "deep/t.json\n"
    assert "traceEvents" in json.loads(Path("deep/t.json").read_text())


def test_force(cli) -> None:
    cli("export", "one", "-f", "csv")
    refused = cli("export", "one", "-f", "csv")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert cli("export", "one", "-f", "csv", "--force").code == 0


def test_a_run_without_adapter_is_refused_in_one_line(cli) -> None:
    said = cli("export", "one", "-f", "peft")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("wfsim: one has no adapter")


def test_an_unfinished_run_is_called_so(cli) -> None:
    manifest = Path("one/manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"status": "running"}))
    assert cli("export", "one", "-f", "csv").out == "one/export/csv (unfinished run: running)\n"


def test_an_export_leaves_the_run_as_it_was(cli) -> None:
    cli("export", "one", "-f", "csv")
    assert cli("verify", "one").code == 0
    assert "finished earlier" in cli("run", "small.yaml", "--out", "one").out


def test_help_lists_the_formats(cli) -> None:
    out = cli("export", "--help").out
    assert all(f"{name}:" in out for name in ("csv", "hugging_face", "parquet", "perfetto", "peft"))


def test_an_unknown_format(cli) -> None:
    said = cli("export", "one", "-f", "cvs")
    assert said.code == 2 and "did you mean 'csv'" in said.err
