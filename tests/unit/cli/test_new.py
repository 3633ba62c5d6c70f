"""`wfsim new`: every slot's skeleton works as it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wfsim.scenario.schema  # noqa: F401  opens every slot
from wfsim.part import slots
from wfsim.scenario.load import load_scenario
from wfsim.world.checks import check_scenario

SLOTS = sorted(slot.slot for slot in slots() if slot.__module__.startswith("wfsim."))


@pytest.mark.parametrize("slot", SLOTS)
def test_a_skeleton_keeps_its_contract_and_goes_into_a_scenario(cli, slot: str) -> None:
    said = json.loads(cli("new", slot, "own_kind", "--json").out)
    assert said["files"] == ["own_kind.py", "test_own_kind.py"]
    checked = cli("check-part", "own_kind.py")
    assert checked.code == 0, checked.out
    assert cli(*_words(said["next"][2])).code == 0
    *_, parts, kind = _words(said["next"][3])
    check_scenario(load_scenario("small.yaml", [parts, kind]))


def test_every_generated_test_passes(cli, python) -> None:
    for slot in SLOTS:
        assert cli("new", slot, f"own_{slot}").code == 0
    said = python("-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error::DeprecationWarning", ".")
    assert said.code == 0, said.out
    assert int(said.out.split()[-4]) >= len(SLOTS)


def test_what_it_writes_and_says(cli) -> None:
    said = cli("new", "radio.fading", "two_wave", "-o", "waves.py")
    assert said == (
        0,
        "wrote waves.py and test_waves.py; next:\n"
        "  python -m pytest test_waves.py\n"
        "  wfsim check-part waves.py\n"
        "  wfsim describe fading two_wave --parts waves.py\n"
        "  wfsim run quickstart 'parts=[waves.py]' radio.fading=two_wave\n",
        "",
    )
    assert 'class TwoWave(Fading, kind="two_wave"):' in Path("waves.py").read_text()
    assert "from waves import TwoWave" in Path("test_waves.py").read_text()


@pytest.mark.parametrize("existing", ["mine.py", "test_mine.py"])
def test_it_overwrites_nothing(cli, existing: str) -> None:
    Path(existing).write_text("precious")
    said = cli("new", "fading", "mine")
    assert (said.code, said.err) == (2, f"wfsim: {existing} exists already; nothing was written\n")
    assert sorted(path.name for path in Path().glob("*.py")) == [existing]
    assert Path(existing).read_text() == "precious"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("fading", "rayleigh"), "fading has a kind 'rayleigh' already: wfsim describe fading rayleigh"),
        (("fading", "Mine"), "'Mine' is no name for a kind"),
        (("fadng", "mine"), "no slot or section called 'fadng' (did you mean 'fading'?)"),
        (("fading", "random"), "random.py would hide the Python module random"),
        (("fading", "lambda"), "lambda.py cannot be imported"),
        (("fading", "mine", "-o", "mine.txt"), "mine.txt cannot be imported"),
        (("fading", "mine", "-o", "nix/mine.py"), "nix is no directory"),
        (("fading", "block_paths"), "the skeleton uses the name BlockPaths itself"),
        (("radio", "mine"), "radio is a section, which has no kinds"),
    ],
)
def test_wrong_usage_writes_nothing(cli, words: tuple[str, ...], reason: str) -> None:
    said = cli("new", *words)
    assert said.code == 2 and said.err.startswith(f"wfsim: {reason}") and said.err.count("\n") == 1
    assert not list(Path().glob("*.py"))


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)[1:]


def test_a_word_in_a_docstring_is_free(cli) -> None:
    """The example of the help: the fading skeleton cites Nakagami."""
    assert cli("new", "fading", "nakagami").code == 0
    assert "class Nakagami(Fading" in Path("nakagami.py").read_text()
