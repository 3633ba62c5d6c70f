from __future__ import annotations

import signal
from pathlib import Path

import pytest

from wfsim._version import __version__
from wfsim.errors import Interrupted, RunError, ScenarioError, UsageError, WfsimError

COMMANDS = ("run", "validate", "list", "describe", "verify", "plot")


def test_help_names_every_command_and_exit_code(cli) -> None:
    said = cli("--help")
    assert said.code == 0
    assert all(word in said.out for word in (*COMMANDS, "Exit codes: 0", "130"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_in_its_help(cli, command: str) -> None:
    said = cli(command, "--help")
    assert said.code == 0
    assert f"Example: wfsim {command}" in said.out


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS)])
def test_h_is_short_for_help(cli, words: tuple[str, ...]) -> None:
    said = cli(*words, "-h")
    assert said.code == 0 and "Usage: wfsim" in said.out
    assert said == cli(*words, "--help")


def test_version(cli) -> None:
    assert cli("--version") == (0, f"wfsim {__version__}\n", "")


@pytest.mark.parametrize("words", [(), ("run",), ("describe",)])
def test_without_arguments_help_is_shown_and_the_code_is_2(cli, words: tuple[str, ...]) -> None:
    said = cli(*words)
    assert said.code == 2
    assert "Usage: wfsim" in said.out
    assert said.err == ""


@pytest.mark.parametrize(("words", "hint"), [(("descrbe",), "'describe'"), (("run", "small", "--forc"), "--force")])
def test_wrong_usage_is_one_line_with_a_hint(cli, words: tuple[str, ...], hint: str) -> None:
    said = cli(*words)
    assert said.code == 2
    assert said.err.startswith("wfsim: ") and said.err.count("\n") == 1 and hint in said.err


def test_an_invalid_scenario_is_one_line_that_begins_with_its_place(cli) -> None:
    Path("bad.yaml").write_text("name: bad\nradio:\n  fading: ricain\n", encoding="utf-8")
    said = cli("run", "bad.yaml")
    assert said.code == 3
    assert said.err.startswith("bad.yaml:3: radio.fading: ") and "'rician'" in said.err and said.err.count("\n") == 1


def test_a_wrong_override_is_one_line_with_the_nearest_key(cli) -> None:
    said = cli("run", "small.yaml", "radio.fadng=none")
    assert said.code == 3
    assert "'fading'" in said.err and said.err.count("\n") == 1


@pytest.mark.parametrize(("error", "code"), [(UsageError, 2), (ScenarioError, 3), (RunError, 1), (Interrupted, 130)])
def test_each_error_has_its_exit_code(cli, monkeypatch: pytest.MonkeyPatch, error: type[WfsimError], code: int) -> None:
    assert _with_failing_validate(cli, monkeypatch, error("a [bold]word[/bold]")).code == code


def test_square_brackets_of_a_message_are_printed(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _with_failing_validate(cli, monkeypatch, RunError("topology.devices[0]"))
    assert said.err == "wfsim: topology.devices[0]\n"


def test_an_internal_error_is_one_line_with_a_hint(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _with_failing_validate(cli, monkeypatch, KeyError("a\nb"))
    assert said.code == 1
    assert said.err.startswith("wfsim: internal error: KeyError:")
    assert "--debug" in said.err and said.err.count("\n") == 1


def test_a_file_error_names_the_file(cli) -> None:
    Path("file").touch()
    said = cli("run", "small.yaml", "--out", "file/run")
    assert (said.code, said.err) == (2, "wfsim: file/run cannot be made: Not a directory\n")


def test_debug_shows_the_traceback(cli) -> None:
    said = cli("--debug", "validate", "nosuch")
    assert said.code == 3
    assert said.err.startswith("Traceback") and "ScenarioError" in said.err


def test_debug_by_environment(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WFSIM_DEBUG", "1")
    assert cli("validate", "nosuch").err.startswith("Traceback")


def test_the_handler_of_sigterm_is_put_back(cli) -> None:
    before = signal.getsignal(signal.SIGTERM)
    cli("list")
    assert signal.getsignal(signal.SIGTERM) is before


def test_ctrl_c_outside_a_run_is_130(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _with_failing_validate(cli, monkeypatch, KeyboardInterrupt())
    assert (said.code, said.err) == (130, "wfsim: interrupted\n")


@pytest.mark.parametrize("lost_as", [ValueError("internal"), RunError("of a serializer")])
def test_a_stop_that_a_library_turned_into_an_error_is_130(cli, monkeypatch, lost_as: Exception) -> None:
    def fail(*_: object) -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        raise lost_as

    monkeypatch.setattr("wfsim.scenario.load.load_scenario", fail)
    said = cli("validate", "small.yaml")
    assert (said.code, said.err) == (130, "wfsim: interrupted\n")
    monkeypatch.undo()
    assert cli("list", "nosuch").code == 2  # forgotten by the next command


def test_ctrl_c_while_the_commands_are_put_together_is_130(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wfsim.cli.main.app", fail)
    said = cli("list")
    assert (said.code, said.err) == (130, "wfsim: interrupted\n")


def test_importing_wfsim_and_printing_help_import_nothing_heavy(python) -> None:
    code = (
        "import sys, wfsim\nfrom wfsim.cli.main import main\nmain(['--help'])\n"
        "print([name for name in ('torch', 'matplotlib', 'networkx', 'wfsim.scenario') if name in sys.modules])"
    )
    said = python("-c", code)
    assert said.out.endswith("[]\n")


def test_python_m_wfsim(python) -> None:
    said = python("-m", "wfsim", "list", "fadng")
    assert said.code == 2
    assert (
        said.err.startswith("wfsim: no slot or section called 'fadng' (did you mean 'fading'?)")
        and said.err.count("\n") == 1
    )


def _with_failing_validate(cli, monkeypatch: pytest.MonkeyPatch, error: BaseException):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("wfsim.scenario.load.load_scenario", fail)
    return cli("validate", "small.yaml")
