from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.scenario.yaml_source import read_yaml
from wfsim.scenario.yaml_target import write_yaml

TEXTS = [
    "",
    "1e6",
    ".5e3",
    "007",
    "0o7",
    "1_0",
    "~",
    "null",
    "true",
    "- a",
    "a: b",
    "# x",
    "<<",
    "2024-01-01",
    "x\ny",
    " a",
    "é",
    "\x85",
    "\u2028",
    "\x00",
    "\ufeff",
    "x" * 300,
    "a b " * 60,
    "@a",
    "*a",
    "'",
    '"',
    "---",
    "1" * 200,
]
NUMBERS = [0, -3, 10**20, 0.1, 1e16, 1e-8, 5e-324, 2e9, float("inf"), True, False, None]


@pytest.mark.parametrize("value", [*TEXTS, *NUMBERS, [], {}, [[1], {"a": []}]], ids=ascii)
def test_what_is_written_reads_back_unchanged(tmp_path: Path, value: object) -> None:
    write_yaml({"key": value, "again": [value, value]}, tmp_path / "x.yaml")
    assert repr(read_yaml(tmp_path / "x.yaml").plain()) == repr({"key": value, "again": [value, value]})


@pytest.mark.parametrize("key", [text for text in TEXTS if text], ids=ascii)
def test_keys_read_back_unchanged(tmp_path: Path, key: str) -> None:
    write_yaml({key: 1}, tmp_path / "x.yaml")
    assert read_yaml(tmp_path / "x.yaml").plain() == {key: 1}


def test_block_style_in_the_order_given(tmp_path: Path) -> None:
    write_yaml({"b": {"kind": "x", "values": "fp16"}, "a": [1.5, "é"]}, tmp_path / "x.yaml")
    text = "b:\n  kind: x\n  values: fp16\na:\n- 1.5\n- é\n"
    assert (tmp_path / "x.yaml").read_text(encoding="utf-8") == text
