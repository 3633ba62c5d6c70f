"""How commands print: plain JSON, or text and tables on a Rich console that takes no markup from data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

_UNWRAPPED = 1000

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
    """Two columns: what, and how much."""
    _print_columns(to, Table(box=None, show_header=False, pad_edge=False, padding=(0, 1)), ("", ""), rows)


def print_table(to: Console, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns under a header; on a narrow terminal the last one wraps."""
    _print_columns(to, Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1)), header, rows)


def _print_columns(to: Console, table: Table, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    for number, title in enumerate(header, start=1):
        table.add_column(title, no_wrap=number < len(header), overflow="fold")
    for row in rows:
        table.add_row(*row)
    to.print(table)
