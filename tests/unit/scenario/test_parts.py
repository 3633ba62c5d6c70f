"""Out-of-tree parts: files named by a scenario, loaded while it is read, kept with its run."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import wfsim
from wfsim.errors import ScenarioError
from wfsim.part import slots
from wfsim.radio.fading import Fading
from wfsim.scenario.identity import run_id
from wfsim.scenario.load import load_scenario, resolved, write_resolved
from wfsim.scenario.schema import Scenario

NAKAGAMI = Path(__file__).parents[1] / "parts" / "nakagami.py"
SMALL = """\
name: small
topology: {kind: cell, devices: 2}
learning: {kind: none, data: digits, partition: iid, local: {steps: 1}}
stop: {rounds: 1}
parts: [./nakagami.py]
radio: {fading: {kind: nakagami, m: 2.0}}
"""
CONSTANT = """\
from wfsim.radio.fading import ConstantPaths, Fading

class Constant(Fading, kind="constant"):
    \"\"\"Gain {gain}.\"\"\"

    def realise(self, streams, links):
        return ConstantPaths(links)

    def gain(self):
        return {gain}
"""


@pytest.fixture(autouse=True)
def registry_untouched() -> None:
    """Whatever a test loads, the registry is as before."""
    before = {slot.slot: dict(slot.kinds) for slot in slots()}
    yield
    assert {slot.slot: dict(slot.kinds) for slot in slots()} == before


@pytest.fixture
def small(written: Callable[..., Path]) -> Path:
    """A scenario beside its part file."""
    written(NAKAGAMI.read_bytes(), "nakagami.py")
    return written(SMALL, "small.yaml")


def test_a_named_file_gives_kinds(small: Path) -> None:
    scenario = load_scenario(small)
    assert (scenario.radio.fading.kind, scenario.radio.fading.m) == ("nakagami", 2.0)
    assert resolved(scenario)["parts"] == ["parts/nakagami.py"]


def test_a_file_that_is_not_named_gives_none(small: Path) -> None:
    with pytest.raises(ScenarioError, match=r"small\.yaml:6: radio\.fading\.kind: no fading called 'nakagami'"):
        load_scenario(_rewritten(small, "parts: [./nakagami.py]\n", "\n"))


def test_ranges_of_an_own_kind_have_file_and_line(small: Path) -> None:
    with pytest.raises(ScenarioError, match=r"small\.yaml:6: radio\.fading\.m: 0\.1 is not allowed: must be >= 0\.5"):
        load_scenario(_rewritten(small, "m: 2.0", "m: 0.1"))


def test_parts_of_base_and_extension_add_up(written: Callable[..., Path], small: Path) -> None:
    (small.parent / "more").mkdir()
    written(CONSTANT.format(gain=1.0), "more/constant.py")
    text = "extends: ../small.yaml\nparts:\n  - constant.py\nradio: {fading: constant}\n"
    scenario = load_scenario(written(text, "more/extended.yaml"))
    assert resolved(scenario)["parts"] == ["parts/nakagami.py", "parts/constant.py"]
    assert scenario.radio.fading.kind == "constant"


def test_an_override_is_relative_to_the_working_directory_and_comes_first(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small.parent)
    overrides = ["radio.fading={kind: nakagami}", "radio.fading.m=3", "parts=[./nakagami.py]"]
    assert load_scenario("digits", overrides).radio.fading.m == 3.0
    assert load_scenario("digits", {"radio.fading": "nakagami", "parts": ["nakagami.py"]}).radio.fading.m == 1.0


def test_one_file_by_two_paths_loads_once(written: Callable[..., Path], tmp_path: Path) -> None:
    count = "\nopen(__file__ + '.count', 'a').write('x')\n"
    written(CONSTANT.format(gain=1.5) + count, "constant.py")
    path = written("parts: [constant.py, ../" + tmp_path.name + "/constant.py]\nradio: {fading: constant}\n")
    assert resolved(load_scenario(path))["parts"] == ["parts/constant.py"]
    load_scenario(path)
    assert (tmp_path / "constant.py.count").read_text() == "x"


def test_each_load_sees_the_file_as_it_is_then(written: Callable[..., Path]) -> None:
    written(CONSTANT.format(gain=1.0), "constant.py")
    path = written("parts: [constant.py]\nradio: {fading: constant}\n")
    first = load_scenario(path)
    written(CONSTANT.format(gain=2.0), "constant.py")
    second = load_scenario(path)
    assert (first.radio.fading.gain(), second.radio.fading.gain()) == (1.0, 2.0)
    written(CONSTANT.format(gain=1.0), "constant.py")
    assert load_scenario(path) == first != second


def test_two_files_may_have_one_kind_in_two_scenarios(written: Callable[..., Path]) -> None:
    for name, gain in (("a", 1.0), ("b", 2.0)):
        written(CONSTANT.format(gain=gain), f"{name}.py")
        written(f"parts: [{name}.py]\nradio: {{fading: constant}}\n", f"{name}.yaml")
    gains = [load_scenario(written("extends: " + name, "c.yaml")).radio.fading.gain() for name in ("a", "b", "a")]
    assert gains == [1.0, 2.0, 1.0]


A_PART = 'a part is a class such as Nakagami(Fading, kind="nakagami")'


@pytest.mark.parametrize(
    ("listed", "source", "message"),
    [
        ("[nix.py]", "", "parts[0]: nix.py cannot be read: No such file or directory"),
        ("[x.txt]", "", "parts[0]: x.txt is no Python file: its name must end in .py"),
        ("x.py", "", "parts: expected a list of Python files such as [./nakagami.py], got 'x.py'"),
        ("[3]", "", "parts[0]: expected a Python file, got 3"),
        ("[x.py]", "a = 1\n", f"parts[0]: x.py defines no part; {A_PART}"),
        ("[x.py]", "a = 1\nb = a / 0\n", "parts[0]: x.py raises ZeroDivisionError on line 2: division by zero"),
        ("[x.py]", "a = (\n", "parts[0]: x.py raises SyntaxError on line 1: '(' was never closed"),
        ("[x.py]", "import sys\nsys.exit()\n", "parts[0]: x.py raises SystemExit on line 2"),
        (
            "[x.py]",
            CONSTANT.format(gain=1).replace('"constant"', '"rayleigh"'),
            "parts[0]: x.py raises TypeError on line 3: fading already has a kind 'rayleigh': "
            "wfsim.radio.fading.rayleigh.Rayleigh",
        ),
        (
            "[x.py]",
            "from wfsim.part import Part\nclass A(Part, slot='a'):\n  'A slot.'\n",
            f"parts[0]: x.py opens a slot, a, that nothing would read; {A_PART}",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_one_line(
    written: Callable[..., Path], listed: str, source: str, message: str
) -> None:
    written(source, "x.py")
    path = written(f"name: a\nparts: {listed}\n")
    for _ in range(2):
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        assert str(caught.value) == f"{path}:2: {message}"


def test_two_files_of_one_scenario_with_one_kind(written: Callable[..., Path]) -> None:
    for name, gain in (("a", 1.0), ("b", 2.0)):
        written(CONSTANT.format(gain=gain), f"{name}.py")
    with pytest.raises(
        ScenarioError, match=r"x\.yaml:1: parts\[1\]: b\.py: a\.py already has a fading called 'constant'"
    ):
        load_scenario(written("parts: [a.py, b.py]\n"))


def test_different_files_of_one_name(written: Callable[..., Path], small: Path) -> None:
    (small.parent / "other").mkdir()
    written(CONSTANT.format(gain=1.0), "other/nakagami.py")
    with pytest.raises(ScenarioError, match=r"parts\[1\]: .*other.nakagami\.py and .*nakagami\.py have the same name"):
        load_scenario(_rewritten(small, "[./nakagami.py]", "[nakagami.py, other/nakagami.py]"))


def test_a_kind_defined_in_this_process_is_not_seen_beside_named_files(small: Path) -> None:
    class Notebook(Fading, kind="nakagami"):
        """A fading model typed into a notebook, of the same name."""

    try:
        assert load_scenario(small).radio.fading.m == 2.0
        assert Fading.kinds["nakagami"] is Notebook
    finally:
        del Fading.kinds["nakagami"]


def test_the_run_id_holds_name_and_text_but_not_the_path(small: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(small.parent, tmp_path / "moved")) / small.name
    assert run_id(load_scenario(moved)) == run_id(load_scenario(small))
    ids = {run_id(load_scenario(small))}
    small.with_name("nakagami.py").rename(small.with_name("b.py"))
    ids.add(run_id(load_scenario(_rewritten(small, "[./nakagami.py]", "[b.py]"))))
    small.with_name("b.py").write_bytes(NAKAGAMI.read_bytes() + b"\n# changed\n")
    ids.add(run_id(load_scenario(small)))
    assert len(ids) == 3


def test_the_resolved_form_loads_back_without_the_original(small: Path, tmp_path: Path) -> None:
    scenario = load_scenario(small)
    (tmp_path / "run").mkdir()
    write_resolved(scenario, tmp_path / "run" / "scenario.yaml")
    small.with_name("nakagami.py").unlink()
    assert load_scenario(tmp_path / "run" / "scenario.yaml") == scenario


def test_a_run_directory_runs_again_when_the_original_is_gone(small: Path, tmp_path: Path) -> None:
    first = wfsim.run(load_scenario(small), out=tmp_path / "one")
    small.with_name("nakagami.py").unlink()
    again = wfsim.run(load_scenario(tmp_path / "one" / "scenario.yaml"), out=tmp_path / "two")
    assert again.manifest["run_id"] == first.manifest["run_id"]
    assert (again.path / "journal.jsonl").read_bytes() == (first.path / "journal.jsonl").read_bytes()
    over = wfsim.run(load_scenario(tmp_path / "one" / "scenario.yaml"), out=tmp_path / "one", force=True)
    assert (over.path / "parts" / "nakagami.py").read_bytes() == NAKAGAMI.read_bytes()
    wfsim.run(load_scenario("digits", {"learning.kind": "none", "stop.rounds": 1}), out=tmp_path / "one", force=True)
    assert not (tmp_path / "one" / "parts").exists()


def test_a_scenario_goes_to_another_process(small: Path, tmp_path: Path) -> None:
    scenario = load_scenario(small)
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    (tmp_path / "pickled").write_bytes(pickle.dumps(scenario))
    small.with_name("nakagami.py").unlink()
    code = "import pickle; print(pickle.load(open('pickled', 'rb')).radio.fading)"
    env = {**os.environ, "PYTHONPATH": str(Path(wfsim.__file__).parents[1])}
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert said.stdout == "m=2.0 coherence_s=0.05\n"


def test_a_value_that_is_no_file_is_refused() -> None:
    with pytest.raises(ValueError, match=r"give the whole list, as in parts=\[\./nakagami\.py\]"):
        Scenario(parts=("nakagami.py",))


def _rewritten(path: Path, old: str, new: str) -> Path:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return path


def test_a_class_of_no_file_has_no_run_id() -> None:
    """Its text may change under the same id: an old result would be taken for a new one."""

    class Typed(Fading, kind="typed"):
        """A fading model typed into a notebook."""

    try:
        scenario = load_scenario("digits", {"radio.fading": "typed"})
    finally:
        del Fading.kinds["typed"]
    with pytest.raises(ScenarioError, match=r"the fading 'typed' is the class .*Typed, .* under parts"):
        run_id(scenario)


@pytest.mark.parametrize("line", ["from nakagami import Nakagami", "from .nakagami import Nakagami"])
def test_importing_a_file_beside_it_is_explained(written: Callable[..., Path], small: Path, line: str) -> None:
    written(f"{line}\n", "mine.py")
    with pytest.raises(ScenarioError, match="stands alone and imports no file beside it"):
        load_scenario(_rewritten(small, "[./nakagami.py]", "[mine.py]"))
