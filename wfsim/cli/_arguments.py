"""Arguments that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

from wfsim.cli import _completion

ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="a YAML file, or the name of a packaged one",
        autocompletion=_completion.scenarios,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="KEY=VALUE",
        help="changes, such as radio.fading.kind=rician or seed=2",
        autocompletion=_completion.overrides,
    ),
]
