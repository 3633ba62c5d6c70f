"""Completion through Typer's own machinery, as the scripts of bash, zsh and fish call it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from wfsim.cli.main import main

Offers = Callable[..., list[str]]


@pytest.fixture
def bash(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offers:
    """What bash offers at the end of a line; bash splits words at `=`."""

    def offered(line: str) -> list[str]:
        words = re.findall(r"=|[^\s=]+", line) + ([""] if line.endswith(" ") else [])
        monkeypatch.setenv("COMP_WORDS", "\n".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        return completed(monkeypatch, capsys, "complete_bash")

    return offered


@pytest.fixture
def fish(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Offers:
    """What fish offers, each with its description behind a tab."""

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
        return completed(monkeypatch, capsys, "complete_fish")

    return offered


def completed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], action: str) -> list[str]:
    monkeypatch.setenv("_WFSIM_COMPLETE", action)
    with pytest.raises(SystemExit) as done:
        main([])
    said = capsys.readouterr()
    assert (done.value.code, said.err) == (0, "")
    return said.out.strip().splitlines()


def test_commands(bash: Offers) -> None:
    assert bash("wfsim des") == ["describe"]
    assert {"run", "list", "schema", "init", "command"} <= set(bash("wfsim "))


@pytest.mark.parametrize("command", ["run", "validate"])
def test_scenarios(bash: Offers, command: str) -> None:
    assert bash(f"wfsim {command} quick") == ["quickstart"]
    assert bash(f"wfsim {command} tsfa/head") == ["tsfa/headline"]
    assert {"digits", "ideal", "small.yaml"} <= set(bash(f"wfsim {command} "))


def test_scenarios_of_a_folder(bash: Offers) -> None:
    Path("mine").mkdir()
    for name in ("a.yaml", "b.yaml", "c.txt"):
        (Path("mine") / name).touch()
    assert bash("wfsim run mine/") == ["mine/a.yaml", "mine/b.yaml"]
    assert bash("wfsim run ./sm") == ["./small.yaml"]


def test_a_section_alone_is_opened(bash: Offers) -> None:
    offers = bash("wfsim run small.yaml dev")
    assert {"devices.recovery=", "devices.compute=", "devices.compute."} <= set(offers)
    assert all(offer.startswith("devices.") for offer in offers)


def test_top_keys(bash: Offers) -> None:
    assert {"seed=", "stop.", "radio.", "codec=", "codec."} <= set(bash("wfsim run small.yaml seed=2 "))
    assert bash("wfsim run small.yaml see") == ["seed=", "seed=1"]


def test_keys_of_every_kind_of_a_slot(bash: Offers) -> None:
    offers = bash("wfsim run small.yaml radio.fading.")
    assert {"radio.fading.kind=", "radio.fading.k_db=", "radio.fading.coherence_s="} <= set(offers)
    assert bash("wfsim run small.yaml radio.fading.k_") == ["radio.fading.k_db=", "radio.fading.k_db=7"]
    assert "devices.compute.flops_per_s.sigma=" in bash("wfsim run small.yaml devices.compute.flops_per_s.")


@pytest.mark.parametrize("before", ["", "seed=2 ", "radio.link=ideal seed=2 "])
def test_kinds_in_bash_stand_alone(bash: Offers, before: str) -> None:
    assert {"none", "rayleigh", "rician"} <= set(bash(f"wfsim run small.yaml {before}radio.fading="))
    assert bash(f"wfsim run small.yaml {before}radio.fading=ri") == ["rician"]
    assert bash(f"wfsim run small.yaml {before}radio.fading.kind=ri") == ["rician"]


def test_kinds_in_fish_follow_their_key(fish: Offers) -> None:
    assert {offer.partition("\t")[0] for offer in fish("wfsim run small.yaml radio.fading=r")} >= {
        "radio.fading=rayleigh",
        "radio.fading=rician",
    }


def test_choices_switches_and_defaults(bash: Offers) -> None:
    assert bash("wfsim run small.yaml learning.kind=") == ["lora", "none"]
    assert bash("wfsim run small.yaml trace.channel=") == ["true", "false"]
    assert bash("wfsim run small.yaml learning.engine.precision=float3") == ["float32"]
    assert bash("wfsim run small.yaml radio.carrier_hz=") == ["2e+09"]
    assert bash("wfsim run small.yaml stop.time_s=") == ["null"]


@pytest.mark.parametrize("line", ["radio.nosuch=", "nosuch.", "seed.", "radio.fading=x", "radio..", "a=b=c"])
def test_nothing_is_offered_for_what_is_not_there(bash: Offers, line: str) -> None:
    assert bash(f"wfsim run small.yaml {line}") == []


def test_slots_sections_and_kinds(bash: Offers) -> None:
    assert bash("wfsim list fad") == ["fading"]
    assert bash("wfsim describe radio.p") == ["radio.packets"]
    assert {"none", "rayleigh", "rician"} <= set(bash("wfsim describe fading "))
    assert bash("wfsim describe fading ric") == ["rician"]
    assert bash("wfsim describe radio.packets ") == []


def test_figures(bash: Offers) -> None:
    assert bash("wfsim plot timel") == ["timeline"]


def test_formats(bash: Offers) -> None:
    assert bash("wfsim export runs/try --format p") == ["parquet", "peft", "perfetto"]


def test_every_offer_of_fish_is_one_line_with_its_description(fish: Offers) -> None:
    """Typer wraps a long description and reads brackets as markup; fish takes a second line for an offer."""
    for line in ("wfsim run small.yaml devices.availability=", "wfsim describe fading ", "wfsim plot ", "wfsim list "):
        offers = fish(line)
        assert offers and all(re.fullmatch(r"\S+\t\S.*", offer) for offer in offers)
    assert "[k T, (k+1) T)" in "".join(fish("wfsim describe availability "))


@pytest.mark.parametrize(
    ("shell", "begins"),
    [("bash", "complete -o default -F"), ("zsh", "#compdef wfsim"), ("fish", "complete --command wfsim")],
)
def test_each_shell_has_a_script(python, monkeypatch: pytest.MonkeyPatch, shell: str, begins: str) -> None:
    monkeypatch.setenv("_WFSIM_COMPLETE", f"source_{shell}")
    said = python("-m", "wfsim")
    assert said.code == 0
    assert begins in said.out and f"_WFSIM_COMPLETE=complete_{shell}" in said.out


def test_help_says_how_to_install_it(cli) -> None:
    assert all(option in cli("--help").out for option in ("--install-completion", "--show-completion"))


def test_completion_imports_nothing_heavy(python, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "import atexit, sys\nfrom wfsim.cli.main import main\n"
        "heavy = ('torch', 'transformers', 'matplotlib', 'networkx', 'pandas', 'scipy')\n"
        "atexit.register(lambda: print([name for name in heavy if name in sys.modules]))\nmain([])"
    )
    monkeypatch.setenv("_WFSIM_COMPLETE", "complete_bash")
    for words in ("wfsim run small.yaml radio.fading = ri", "wfsim plot t"):
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        assert python("-c", code).out.endswith("[]\n")
