"""Runs in other programs' formats: what `wfsim export` writes. Pure functions of a run directory.

Adding a format is adding a file here with one function marked by `@exporter`. The same run gives the same bytes under
the same versions of the libraries that write them. A run's journal is held in memory while it is exported.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

from wfsim.errors import UsageError, nearest
from wfsim.part import load_folder
from wfsim.results.directory import Run
from wfsim.results.export._write import Content, check_target, write_content

Exporter = Callable[[Run], Content]

FORMATS: dict[str, str] = {}

_EXPORTERS: dict[str, tuple[Exporter, str]] = {}


def exporter(*, suffix: str = "") -> Callable[[Exporter], Exporter]:
    """Register `function(run)` under its name, described by its docstring's first line.

    It gives the bytes of one file with this suffix, or without a suffix the files of a folder by name.
    """

    def register(function: Exporter) -> Exporter:
        name = function.__name__
        _EXPORTERS[name], FORMATS[name] = (function, suffix), (inspect.getdoc(function) or "").partition("\n")[0]
        return function

    return register


def export(run: Run, format_name: str, output: Path | None = None, *, force: bool = False) -> Path:
    """Write a run in a format to `output` (a folder or a file, as the format is) and return its path.

    Default: a file or folder called after the format in the run's folder `export`. Raises UsageError for an unknown
    format, for a run that does not hold what the format needs and, without `force`, for an output that is there
    already; with it an earlier export is replaced and nothing else.
    """
    if format_name not in _EXPORTERS:
        hint, known = nearest(format_name, FORMATS), ", ".join(sorted(FORMATS))
        raise UsageError(f"no export format called {format_name!r}{hint}; known: {known}")
    function, suffix = _EXPORTERS[format_name]
    target = output if output is not None else run.path / "export" / f"{format_name}{suffix}"
    check_target(target, run.path, force=force)
    write_content(target, function(run))
    return target


load_folder(__name__, list(__path__))
