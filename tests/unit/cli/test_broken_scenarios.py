"""Every broken scenario at the command line: one line naming the file, exit code 3, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

BROKEN = sorted((Path(__file__).parents[1] / "scenario" / "broken").glob("*.yaml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ["validate", "run"])
def test_one_line_and_exit_code_3(cli, tmp_path: Path, command: str, path: Path) -> None:
    out = ["--out", str(tmp_path / "out")] if command == "run" else []
    said = cli(command, str(path), *out)
    assert said.code == 3
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert str(path.parent) in said.err
    assert not (tmp_path / "out").exists()


def test_there_are_at_least_twenty() -> None:
    assert len(BROKEN) >= 20
