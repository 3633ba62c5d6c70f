"""Figures of runs: what `wfsim plot` draws. Each reads results only.

Adding a figure is adding a file here with one function marked by `@figure`. The same run directories give the same
bytes under one version of matplotlib, which is imported only when something is drawn.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfsim.errors import UsageError, nearest
from wfsim.figures import _style
from wfsim.part import load_folder
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = (".png", ".svg", ".pdf")
KINDS: dict[str, str] = {}

_FIGURES: dict[str, Callable[..., Figure]] = {}


def figure(function: Callable[..., Figure]) -> Callable[..., Figure]:
    """Register `function(runs, **options) -> Figure` under its name, described by its docstring's first line."""
    name = function.__name__
    _FIGURES[name], KINDS[name] = function, (inspect.getdoc(function) or "").partition("\n")[0]
    return function


def draw(kind: str, runs: Sequence[Run], output: Path, **options: Any) -> Path:
    """Draw a figure of `runs` to `output`, whose suffix is the format (.png, .svg, .pdf); its folder is made.

    `options` go to the figure's function. Raises UsageError for an unknown kind or format, an option that the figure
    does not take, no runs, or runs that do not hold what the figure shows.
    """
    _check(kind, runs, output)
    _check_options(kind, options)
    with _style.look():
        drawn = _FIGURES[kind](runs, **options)
        output.parent.mkdir(parents=True, exist_ok=True)
        _style.save(drawn, output)
    return output


def options_of(kind: str) -> list[str]:
    """Names of the options that a figure takes."""
    return list(inspect.signature(_FIGURES[kind]).parameters)[1:]


def _check_options(kind: str, options: Iterable[str]) -> None:
    taken = options_of(kind)
    for name in options:
        if name not in taken:
            raise UsageError(f"{kind} takes no {name}; it takes {', '.join(taken) or 'no options'}")


def _check(kind: str, runs: Sequence[Run], output: Path) -> None:
    if kind not in KINDS:
        raise UsageError(f"no figure called {kind!r}{nearest(kind, KINDS)}; known: {', '.join(sorted(KINDS))}")
    suffix = output.suffix.lower()
    if suffix not in FORMATS:
        hint = nearest(suffix, FORMATS)
        raise UsageError(f"{output}: no figure format {suffix!r}{hint}; known: {', '.join(FORMATS)}")
    if not runs:
        raise UsageError(f"{kind} needs at least one run")


load_folder(__name__, list(__path__))
