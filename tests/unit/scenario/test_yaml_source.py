from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.scenario.yaml_source import MAX_BYTES, MAX_DEPTH, MAX_NODES, parse_yaml, read_yaml

TEXT = """\
# a comment
seed: 3
radio:
  bandwidth_hz: 1e6
  fading: {kind: rician,
           k_db: 7}
sites:
  - name: a
    devices: 2
  - {name: "7"}
"""


@pytest.fixture
def refused() -> Callable[[str], ScenarioError]:
    def refuse(text: str) -> ScenarioError:
        with pytest.raises(ScenarioError) as caught:
            parse_yaml(text, "f")
        assert "\n" not in str(caught.value)
        return caught.value

    return refuse


def test_reads_plain_data() -> None:
    assert parse_yaml(TEXT, "f").plain() == {
        "seed": 3,
        "radio": {"bandwidth_hz": 1e6, "fading": {"kind": "rician", "k_db": 7}},
        "sites": [{"name": "a", "devices": 2}, {"name": "7"}],
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("seed",), 2),
        (("radio",), 3),
        (("radio", "bandwidth_hz"), 4),
        (("radio", "fading"), 5),
        (("radio", "fading", "k_db"), 6),
        (("sites",), 7),
        (("sites", 0), 8),
        (("sites", 0, "devices"), 9),
        (("sites", 1), 10),
        (("sites", 1, "name"), 10),
    ],
)
def test_knows_the_line_of_every_key(path: tuple[str | int, ...], line: int) -> None:
    place = parse_yaml(TEXT, "f").deepest(path).place
    assert (place.file, place.line) == ("f", line)


def test_quoted_and_block_scalars_are_text() -> None:
    text = 'a: ["1e6", \'true\', ""]\nb: |\n  3\n'
    assert parse_yaml(text, "f").plain() == {"a": ["1e6", "true", ""], "b": "3\n"}


def test_an_alias_repeats_its_anchor_and_stands_on_its_own_line() -> None:
    root = parse_yaml("a: &x {k: 1}\nb: *x\nc:\n - *x\n", "f")
    assert root.plain() == {"a": {"k": 1}, "b": {"k": 1}, "c": [{"k": 1}]}
    assert root.deepest(("b",)).place.line == 2
    assert root.deepest(("c", 0)).place.line == 4


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' is already on line 1"),
        ("a: {b: 1, b: 2}\n", 1, "already on line 1"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "!!python/name:os.system are not allowed"),
        ("a: !mine {b: 1}\n", 1, "!mine are not allowed"),
        ("!!str a: 1\n", 1, "a key must be plain text"),
        ("a:\n  - &x [*x]\n", 2, "the alias *x contains itself"),
        ("a: *x\n", 1, "*x names no anchor"),
        ("&a a: 1\n*a : 2\n", 2, "a key must be plain text"),
        ("a: 1\n7: 2\n", 2, "a key must be text, got 7"),
        ("null: 2\n", 1, "a key must be text, got null"),
        ("? [a, b]\n: 2\n", 1, "a key must be plain text"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("%YAML 1.1\n---\na: off\n", 2, "only YAML 1.2"),
        ("a:\n\tb: 1\n", 2, "indent with spaces"),
        ("a: b: c\n", 1, "not valid YAML: mapping values are not allowed here"),
        ("a: [1,\n\n", 3, "not valid YAML: expected the node content"),
        ("a: 1\nb: {c: 1\nd: 2\n", 3, "(while parsing a flow mapping that begins on line 2)"),
        ("a: 1\nb: \x00\n", 2, "the character '\\x00' is not allowed"),
        ("a: " + "9" * 5000, 1, "more than 100 digits"),
    ],
)
def test_says_what_is_wrong_and_where(refused: Callable, text: str, line: int, message: str) -> None:
    error = refused(text)
    assert (error.file, error.line) == ("f", line)
    assert message in error.message


def test_nesting_has_a_limit(refused: Callable) -> None:
    def nested(depth: int) -> str:
        return "[" * depth + "]" * depth

    assert str(parse_yaml(nested(MAX_DEPTH), "f").plain()) == nested(MAX_DEPTH)
    assert "nested deeper" in refused(nested(MAX_DEPTH + 2)).message
    assert "nested deeper" in refused("[" * 50_000).message


def test_aliases_cannot_nest_deeper_either(refused: Callable) -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 2 * MAX_DEPTH))
    assert "nested deeper" in refused(text).message


def test_an_alias_bomb_is_refused_before_it_goes_off(refused: Callable) -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    error = refused(text)
    assert (error.line, error.message) == (6, f"more than {MAX_NODES} values once aliases are expanded")


def test_the_file_is_read_as_utf_8_with_or_without_a_byte_order_mark(written: Callable[..., Path]) -> None:
    assert read_yaml(written("\ufeffname: é\r\nb: 1\r\n")).plain() == {"name": "é", "b": 1}


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", None, "the file is empty"),
        (b"# nothing\n", None, "is empty"),
        (b"---\n", None, "is empty"),
        (b"- a\n", 1, "expected a mapping"),
        (b"\nhello\n", 2, "expected a mapping"),
        (b"a: 1\nb: \xff\n", 2, "not UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, "not UTF-8"),
        (b"#" * (MAX_BYTES + 1), None, "larger than"),
    ],
)
def test_a_file_must_hold_one_mapping(
    written: Callable[..., Path], content: bytes, line: int | None, message: str
) -> None:
    path = written(content)
    with pytest.raises(ScenarioError, match=message) as caught:
        read_yaml(path)
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_a_file_that_cannot_be_read_is_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read: No such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path)
