from __future__ import annotations

import io

import pytest
from rich.console import Console

from wfsim.cli._output import print_facts, print_table

HEADER = ("name", "type", "description")
ROWS = [("first", "number", "word " * 12), ("second", "", "short")]


def _printed(width: int) -> list[str]:
    written = io.StringIO()
    print_table(Console(file=written, width=width), HEADER, ROWS)
    return [line.rstrip() for line in written.getvalue().splitlines()]


def test_a_table_that_leaves_forty_columns_to_the_last_one_is_a_table() -> None:
    wide = len("second") + len("number") + 2 * 2 + 40
    assert _printed(wide)[0].split() == list(HEADER)
    assert _printed(wide)[1].startswith("first   number  word word")


def test_narrower_rows_are_blocks_without_empty_cells() -> None:
    assert _printed(55) == [
        "first",
        "  type: number",
        "  word word word word word word word word word word",
        "  word word",
        "second",
        "  short",
    ]


@pytest.mark.parametrize("width", [3, 8])
def test_names_wider_than_the_terminal_are_folded(width: int) -> None:
    assert "second" in "".join(_printed(width))


def test_a_last_column_that_is_no_prose_keeps_its_label() -> None:
    written = io.StringIO()
    print_table(Console(file=written, width=20), ("metric", "A", "pairs"), [("rounds", "12345678", "3")], prose=False)
    assert [line.rstrip() for line in written.getvalue().splitlines()] == ["rounds", "  A: 12345678;", "  pairs: 3"]


@pytest.mark.parametrize("width", [12, 30, 100])
def test_facts_are_whole_on_any_terminal(width: int) -> None:
    written = io.StringIO()
    print_facts(Console(file=written, width=width), [("upload of one device", "30756 bytes"), ("", "21 packets")])
    words = written.getvalue().split()
    assert words == ["upload", "of", "one", "device", "30756", "bytes", "21", "packets"]
