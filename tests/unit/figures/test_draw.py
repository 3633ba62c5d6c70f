"""Drawing to files: formats, sameness, errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wfsim.errors import UsageError
from wfsim.figures import FORMATS, KINDS, draw

_SIGNATURES = {".png": b"\x89PNG\r\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("suffix", [*FORMATS, ".PNG"])
def test_writes_the_format_of_the_suffix_into_a_new_folder(make_run, tmp_path: Path, kind: str, suffix: str) -> None:
    output = tmp_path / "new" / "folder" / f"{kind}{suffix}"
    assert draw(kind, [make_run("a", 1, [0.2, 0.4])], output) == output
    assert output.read_bytes().startswith(_SIGNATURES[suffix.lower()])


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_runs_give_the_same_bytes(make_run, tmp_path: Path, kind: str, suffix: str) -> None:
    run = make_run("a", 1, [0.2, 0.4], deadline=True)
    first, second = (draw(kind, [run], tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
    assert first == second


def test_bytes_do_not_depend_on_a_persons_settings(make_run, tmp_path: Path) -> None:
    import matplotlib

    run = make_run("a", 1, [0.2, 0.4])
    plain = draw("convergence", [run], tmp_path / "plain.svg").read_bytes()
    with matplotlib.rc_context({"font.size": 20.0, "axes.grid": False}):
        assert draw("convergence", [run], tmp_path / "own.svg").read_bytes() == plain
        assert matplotlib.rcParams["font.size"] == 20.0


def test_a_png_is_1400_pixels_wide(make_run, tmp_path: Path) -> None:
    data = draw("timeline", [make_run("a", 1, [0.2])], tmp_path / "a.png").read_bytes()
    assert int.from_bytes(data[16:20], "big") == 1400


def test_errors_name_the_nearest_match_and_write_nothing(make_run, tmp_path: Path) -> None:
    run = make_run("a", 1, [0.2])
    with pytest.raises(UsageError, match=r"no figure called 'timelin' \(did you mean 'timeline'\?\)"):
        draw("timelin", [run], tmp_path / "out" / "a.png")
    with pytest.raises(UsageError, match=r"no figure format '.pgn' \(did you mean '.png'\?\)"):
        draw("timeline", [run], tmp_path / "out" / "a.pgn")
    with pytest.raises(UsageError, match="at least one run"):
        draw("timeline", [], tmp_path / "out" / "a.png")
    assert not (tmp_path / "out").exists()


def test_every_kind_says_what_it_shows_in_one_line() -> None:
    assert {"convergence", "timeline"} <= KINDS.keys()
    assert all(text.endswith(".") and "\n" not in text for text in KINDS.values())


def test_listing_figures_does_not_import_matplotlib() -> None:
    code = "import sys, wfsim.figures; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_drawing_does_not_touch_pyplot(make_run, tmp_path: Path) -> None:
    run = make_run("a", 1, [0.2])
    code = (
        "import sys; from pathlib import Path; "
        "from wfsim.figures import draw; from wfsim.results.directory import Run; "
        f"draw('timeline', [Run({str(run.path)!r})], Path({str(tmp_path / 'a.png')!r})); "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
