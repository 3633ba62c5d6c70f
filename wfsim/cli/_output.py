"""How commands print: plain JSON, or text and tables on a Rich console that takes no markup from data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_UNWRAPPED = 1000
_READABLE = 40
_GAP = 2

AsJson = Annotated[bool, typer.Option("--json", help="print JSON on stdout")]


def console(*, stderr: bool = False) -> Console:
    """A console that prints square brackets and emoji names as they are and, away from a terminal, wraps nothing."""
    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = _UNWRAPPED
    return made


def say(to: Console, text: str) -> None:
    """One line, however long, flushed."""
    to.print(text, soft_wrap=True)


def print_json(value: Any) -> None:
    """A value as indented JSON on stdout."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_facts(to: Console, rows: Iterable[Sequence[str]]) -> None:
    """Two columns: what, and how much; where the terminal is too narrow for both, one below the other."""
    cells = [tuple(row) for row in rows]
    if _readable(to.width, cells):
        _print_columns(to, Table(box=None, show_header=False, pad_edge=False, padding=(0, 1)), ("", ""), cells)
    else:
        _print_blocks(to, ("", ""), cells)


def print_table(to: Console, header: Sequence[str], rows: Iterable[Sequence[str]], *, prose: bool = True) -> None:
    """Columns under a header, the last one wrapped; where that leaves it too narrow to read, one block per row.

    `prose`: what the last column holds says itself what it is.
    """
    cells = [tuple(row) for row in rows]
    if _readable(to.width, [header, *cells]):
        _print_columns(to, Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1)), header, cells)
    else:
        _print_blocks(to, header if prose else (*header, ""), cells if prose else [(*row, "") for row in cells])


def _readable(width: int, lines: Iterable[Sequence[str]]) -> bool:
    *others, last = (max(map(cell_len, column)) for column in zip(*lines, strict=True))
    return sum(others) + _GAP * len(others) + min(last, _READABLE) <= width


def _print_blocks(to: Console, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for name, *others, last in rows:
        labelled = "; ".join(f"{title}: {cell}" for title, cell in zip(header[1:-1], others, strict=True) if cell)
        if name:
            to.print(Text(name, style="bold", overflow="fold"))
        for text in filter(None, (labelled, last)):
            to.print(Padding(Text(text, overflow="fold"), (0, 0, 0, _GAP)))


def _print_columns(to: Console, table: Table, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for number, title in enumerate(header, start=1):
        table.add_column(title, no_wrap=number < len(header), overflow="fold")
    for row in rows:
        table.add_row(*row)
    to.print(table)
