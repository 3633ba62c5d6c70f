"""Drawing to files: formats, sameness, errors."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import matplotlib
import pytest
from matplotlib.colors import to_hex

from wfsim.errors import UsageError
from wfsim.figures import FORMATS, KINDS, draw
from wfsim.results.directory import Run

OKABE_ITO = {"#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"}
PALETTE = OKABE_ITO | {"#8cc8ee", "#c6e3f6"}  # with two tints of sky blue
CIVIDIS = {to_hex(matplotlib.colormaps["cividis"](number)) for number in range(256)}
_SIGNATURES = {".png": b"\x89PNG\r\n", ".svg": b"<?xml", ".pdf": b"%PDF-"}


@pytest.fixture(scope="module")
def run_for(real_run, budget_run, sites_run) -> Callable[[str], Run]:
    """The real run that holds what a kind of figure shows; of sites one written by hand."""
    of_kind = {"kept_ranks": budget_run, "queue": budget_run, "spectra": budget_run}
    return lambda kind: ({"links": sites_run, "outage": sites_run} | of_kind).get(kind, real_run)


@pytest.fixture(scope="module")
def drawn(run_for, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], bytes]:
    """drawn(kind, suffix): the bytes of a figure of a real run, in a new folder, drawn once."""
    folder = tmp_path_factory.mktemp("drawn") / "new" / "folder"

    @cache
    def make(kind: str, suffix: str) -> bytes:
        output = folder / f"{kind}{suffix}"
        assert draw(kind, [run_for(kind)], output) == output
        return output.read_bytes()

    return make


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("suffix", FORMATS)
def test_writes_the_format_of_the_suffix_into_a_new_folder(drawn, kind: str, suffix: str) -> None:
    assert drawn(kind, suffix).startswith(_SIGNATURES[suffix])


def test_suffixes_may_be_capitals(make_run, tmp_path: Path) -> None:
    output = draw("convergence", [make_run("a", 1, [0.2])], tmp_path / "a.PNG")
    assert output.read_bytes().startswith(_SIGNATURES[".png"])


@pytest.mark.parametrize(("kind", "suffix"), [*product(sorted(KINDS), (".png", ".svg")), ("timeline", ".pdf")])
def test_the_same_runs_give_the_same_bytes(run_for, drawn, tmp_path: Path, kind: str, suffix: str) -> None:
    assert draw(kind, [run_for(kind)], tmp_path / f"again{suffix}").read_bytes() == drawn(kind, suffix)


def test_bytes_do_not_depend_on_a_persons_settings(make_run, tmp_path: Path) -> None:
    run = make_run("a", 1, [0.2, 0.4])
    plain = draw("convergence", [run], tmp_path / "plain.svg").read_bytes()
    with matplotlib.rc_context({"font.size": 20.0, "axes.grid": False}):
        assert draw("convergence", [run], tmp_path / "own.svg").read_bytes() == plain
        assert matplotlib.rcParams["font.size"] == 20.0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_png_is_1400_pixels_wide(drawn, kind: str) -> None:
    assert int.from_bytes(drawn(kind, ".png")[16:20], "big") == 1400


def test_errors_name_the_nearest_match_and_write_nothing(make_run, tmp_path: Path) -> None:
    run = make_run("a", 1, [0.2])
    with pytest.raises(UsageError, match=r"no figure called 'timelin' \(did you mean 'timeline'\?\)"):
        draw("timelin", [run], tmp_path / "out" / "a.png")
    with pytest.raises(UsageError, match=r"no figure format '.pgn' \(did you mean '.png'\?\)"):
        draw("timeline", [run], tmp_path / "out" / "a.pgn")
    with pytest.raises(UsageError, match="at least one run"):
        draw("timeline", [], tmp_path / "out" / "a.png")
    assert not (tmp_path / "out").exists()


def test_an_option_a_figure_does_not_take_is_an_error_that_names_those_it_takes(make_run, tmp_path: Path) -> None:
    run = make_run("a", 1, [0.2])
    with pytest.raises(UsageError, match="timeline takes no target; it takes rounds, devices"):
        draw("timeline", [run], tmp_path / "a.png", target=0.5)
    with pytest.raises(UsageError, match="convergence takes no rounds; it takes no options"):
        draw("convergence", [run], tmp_path / "a.png", rounds=(1, 2))


@pytest.mark.parametrize("kind", ["channel", "kept_ranks", "participation", "rate", "timeline", "topology", "traffic"])
def test_figures_of_one_run_refuse_several(make_run, kind: str, tmp_path: Path) -> None:
    runs = [make_run("a", seed, [0.5]) for seed in (1, 2)]
    with pytest.raises(UsageError, match=f"{kind} draws one run, got 2"):
        draw(kind, runs, tmp_path / "a.png")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_colours_are_those_that_colour_blind_eyes_tell_apart(drawn, kind: str) -> None:
    """Each is a grey or of Okabe and Ito's palette (or a tint of it); maps of numbers are those of cividis."""
    text = drawn(kind, ".svg").decode()
    found = {colour.lower() for colour in re.findall(r"(?:fill|stroke): (#[0-9a-fA-F]{6})", text)}
    greys = {colour for colour in found if colour[1:3] == colour[3:5] == colour[5:7]}
    assert found - greys - PALETTE - (CIVIDIS if kind in ("rate", "kept_ranks", "topology") else set()) == set()


def test_every_kind_says_what_it_shows_in_one_line() -> None:
    assert set(KINDS) == {
        *("channel", "convergence", "kept_ranks", "links", "outage", "participation", "partition", "queue", "rate"),
        *("spectra", "staleness", "timeline", "topology", "tradeoff", "traffic"),
    }
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
