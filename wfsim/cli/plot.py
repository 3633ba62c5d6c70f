"""`wfsim plot`: a figure from runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand

from wfsim.cli import _completion
from wfsim.cli._output import console, say
from wfsim.errors import UsageError

if TYPE_CHECKING:
    from wfsim.results.directory import Run

EXAMPLE = "wfsim plot timeline runs/try --rounds 1:2 -o timeline.svg"


class PlotCommand(TyperCommand):
    """Lists the figures and their options in its help, and imports them only then."""

    def format_help(self, *arguments: Any) -> None:
        from wfsim.figures import KINDS, options_of

        kinds = [escape(f"{name}: {text}{_flags(options_of(name))}") for name, text in sorted(KINDS.items())]
        self.epilog = "\n\n".join(["Kinds of figures:", *kinds, f"Example: {EXAMPLE}"])
        super().format_help(*arguments)


def _flags(options: Sequence[str]) -> str:
    return f" Takes {', '.join(f'--{name}' for name in options)}." if options else ""


def plot(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="which figure; the list is below", autocompletion=_completion.figures),
    ],
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="run directories, or folders such as a sweep's that hold them")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="PNG, SVG or PDF file; default: KIND.png in the first PATH")
    ] = None,
    cost: Annotated[str | None, typer.Option(help="what accuracy is paid with: time, bits or energy")] = None,
    target: Annotated[
        float | None, typer.Option(help="count the cost until this accuracy (0..1) is first measured")
    ] = None,
    rounds: Annotated[str | None, typer.Option(metavar="FIRST:LAST", help="the rounds to draw, such as 1:3")] = None,
    devices: Annotated[str | None, typer.Option(metavar="NAME,...", help="the devices to draw, such as d1,d7")] = None,
) -> None:
    """Draw a figure from runs and print its path.

    Of a folder all completed runs directly inside it are drawn, of one scenario and seed the newest.
    """
    from wfsim import figures

    asked = {"cost": cost, "target": target, "rounds": _range(rounds), "devices": _names(devices)}
    options = {name: value for name, value in asked.items() if value is not None}
    to = output if output is not None else paths[0] / f"{kind}.png"
    say(console(), str(figures.draw(kind, _runs(paths), to, **options)))


def _runs(paths: Sequence[Path]) -> list[Run]:
    """Runs named, whatever became of them, and completed runs inside folders, each once."""
    from wfsim.results.directory import Run

    found: dict[Path, Run] = {}
    for path in paths:
        for run in _inside(path) if _is_folder_of_runs(path) else [Run(path)]:
            found.setdefault(run.path.resolve(), run)
    return list(found.values())


def _is_folder_of_runs(path: Path) -> bool:
    return path.is_dir() and not (path / "manifest.json").is_file()


def _inside(folder: Path) -> list[Run]:
    """The runs of a folder; which were left out is said on stderr."""
    from wfsim.figures.folder import runs_in

    runs, left_out = runs_in(folder)
    if left_out:
        say(console(stderr=True), f"left out: {', '.join(left_out)}")
    if not runs:
        raise UsageError(f"{folder} holds no completed run")
    return runs


def _range(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError(f"--rounds {text}: write FIRST:LAST, such as 1:3")
    return int(match[1]), int(match[2])


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
