"""Every command explains itself: what it does, and an example that it would take."""

from __future__ import annotations

import re
import shlex

import pytest
import typer

from wfsim.cli.main import app

PROGRAM = typer.main.get_command(app)
COMMANDS = sorted(PROGRAM.commands)


def helped(cli, *words: str) -> str:
    said = cli(*words, "--help")
    assert (said.code, said.err) == (0, "")
    return said.out


def example(command: str) -> list[str]:
    """The words of a command's example, `wfsim` and the command apart."""
    lines = PROGRAM.commands[command].epilog.splitlines()
    (line,) = [line.removeprefix("Example: ") for line in lines if line.startswith("Example: ")]
    program, name, *words = shlex.split(line)
    assert (program, name) == ("wfsim", command)
    return words


@pytest.mark.parametrize("command", COMMANDS)
def test_help_begins_with_what_it_does_and_has_an_example(cli, command: str) -> None:
    text = helped(cli, command)
    assert f"Usage: wfsim {command}" in text
    assert f"Example: wfsim {command}" in " ".join(text.split())
    assert PROGRAM.commands[command].help


@pytest.mark.parametrize("command", COMMANDS)
def test_paragraphs_are_wrapped_by_the_terminal_alone(cli, command: str) -> None:
    paragraphs = PROGRAM.commands[command].help.split("\n\n")
    assert all("\n" not in paragraph for paragraph in paragraphs)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_parses(cli, command: str) -> None:
    helped(cli, command)  # some write their epilog only then
    parent = typer.Context(PROGRAM, info_name="wfsim")
    context = PROGRAM.commands[command].make_context(command, example(command), parent=parent)
    assert not context.args


@pytest.mark.parametrize("command", COMMANDS)
def test_options_of_the_example_are_in_the_help(cli, command: str) -> None:
    text = helped(cli, command)
    for option in (word for word in example(command) if re.match(r"--?[a-z]", word)):
        assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), option


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_and_option_is_explained(command: str) -> None:
    for parameter in PROGRAM.commands[command].params:
        assert getattr(parameter, "help", None), parameter.name


def test_the_program_lists_every_command_and_its_own_example(cli) -> None:
    text = helped(cli)
    assert all(re.search(rf"^\W*{command}\s", text, re.MULTILINE) for command in COMMANDS)
    assert "Example: wfsim run" in text
