"""`wfsim schema`: what an editor needs to complete and check scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wfsim.cli._output import console, say
from wfsim.cli._parts import PartFiles, with_kinds_of
from wfsim.errors import UsageError

EXAMPLE = "wfsim schema -o wfsim.schema.json"


def schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="JSON file to write instead of stdout")] = None,
    parts: PartFiles = None,
) -> None:
    """Print the JSON Schema of scenario files, for completion and checks in an editor.

    In VS Code and others with the YAML language server, begin a scenario with
    `# yaml-language-server: $schema=wfsim.schema.json`.
    """
    from wfsim.scenario.json_schema import json_schema_text

    with with_kinds_of(parts):
        text = json_schema_text()
    if output is None:
        print(text, end="")
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    say(console(), str(output))
