"""`wfsim plot`: a figure from finished runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand

from wfsim.cli._output import console, say

EXAMPLE = "wfsim plot timeline runs/try -o timeline.svg"


class PlotCommand(TyperCommand):
    """Lists the figures in its help, and imports them only then."""

    def format_help(self, *arguments: Any) -> None:
        from wfsim.figures import KINDS

        kinds = [escape(f"{name}: {description}") for name, description in sorted(KINDS.items())]
        self.epilog = "\n\n".join(["Kinds of figures:", *kinds, f"Example: {EXAMPLE}"])
        super().format_help(*arguments)


def plot(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="which figure; the list is below")],
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="run directories")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="PNG, SVG or PDF file; default: KIND.png in the first run's directory"),
    ] = None,
) -> None:
    """Draw a figure from runs and print its path."""
    from wfsim import figures
    from wfsim.results.directory import Run

    target = output if output is not None else runs[0] / f"{kind}.png"
    say(console(), str(figures.draw(kind, [Run(run) for run in runs], target)))
