"""The scripts beside the published figures."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import pytest

PLOTS = Path(__file__).parents[3] / "plots"


def test_all_runs_every_other_script_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(PLOTS / "all.py", tmp_path)
    for name in ("b", "a"):
        (tmp_path / f"{name}.py").write_text(f"if __name__ == '__main__':\n    print('ran {name}')\n")
    runpy.run_path(str(tmp_path / "all.py"), run_name="__main__")
    assert capsys.readouterr().out.split("\n") == ["plots/a.py", "ran a", "plots/b.py", "ran b", ""]


def test_the_gallery_names_every_script_and_figure() -> None:
    text = (PLOTS / "README.md").read_text()
    assert all(f"python plots/{script.name}" in text for script in PLOTS.glob("*.py"))
    assert all(f"({figure.name})" in text for figure in PLOTS.glob("*.png"))


@pytest.mark.parametrize("script", sorted(PLOTS.glob("*.py")), ids=lambda path: path.stem)
def test_importing_a_script_runs_nothing(script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(PLOTS)  # as Python does for a script: some build on others
    assert callable(runpy.run_path(str(script), run_name="imported")["main"])
    assert list(tmp_path.iterdir()) == []
