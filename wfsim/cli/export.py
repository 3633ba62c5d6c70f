"""`wfsim export`: a run in another program's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from typer.core import TyperCommand

from wfsim.cli import _completion
from wfsim.cli._output import console, say

EXAMPLE = "wfsim export runs/try --format perfetto"


class ExportCommand(TyperCommand):
    """Lists the formats in its help, and imports them only then."""

    def format_help(self, *arguments: Any) -> None:
        from wfsim.results.export import FORMATS

        formats = [escape(f"{name}: {description}") for name, description in sorted(FORMATS.items())]
        self.epilog = "\n\n".join(["Formats:", *formats, f"Example: {EXAMPLE}"])
        super().format_help(*arguments)


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run directory")],
    format_name: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="FORMAT",
            help="which; the list is below",
            autocompletion=_completion.formats,
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="file or folder; default: in RUN/export")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="replace an earlier export")] = False,
) -> None:
    """Write a run in another format and print the path."""
    from wfsim.results.directory import COMPLETED, Run
    from wfsim.results.export import export as write

    opened = Run(run)
    path = write(opened, format_name, output, force=force)
    unfinished = "" if opened.status == COMPLETED else f" (unfinished run: {opened.status})"
    say(console(), f"{path}{unfinished}")
