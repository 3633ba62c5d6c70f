from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wfsim.errors import ScenarioError
from wfsim.scenario.load import load_scenario

FOLDER = Path(__file__).parent / "broken"

# file, line, path, beginning of the message
BROKEN = [
    ("typo_in_key", 4, "radio.bandwith_hz", "no such key (did you mean 'bandwidth_hz'?)"),
    ("typo_in_top_key", 2, "learnin", "no such key (did you mean 'learning'?)"),
    ("typo_in_kind", 3, "radio.fading.kind", "no fading called 'ricain' (did you mean 'rician'?)"),
    ("typo_in_short_form", 2, "radio.fading", "no fading called 'ricain' (did you mean 'rician'?)"),
    ("unknown_kind", 1, "codec.kind", "no codec called 'telepathy'; known: "),
    ("key_of_another_kind", 2, "radio.fading.k_db", "no such key"),
    ("typo_inside_part", 4, "radio.fading.k_factor", "no such key; known: kind, k_db, coherence_s"),
    ("wrong_type", 2, "stop.rounds", "expected a whole number, got 'many'"),
    ("number_for_text", 1, "name", "expected text, got 3"),
    ("float_for_count", 1, "stop.rounds", "expected a whole number, got 2.5"),
    ("bool_for_number", 2, "radio.noise_figure_db", "expected a number, got true"),
    ("text_for_switch", 3, "trace.channel", "expected true or false, got 'off'"),
    ("unit_in_number", 3, "radio.bandwidth_hz", "expected a number, got '10 MHz'"),
    ("list_for_mapping", 1, "stop", "expected a mapping, got [{'rounds': 3}]"),
    ("list_for_part", 2, "radio.path_loss", "expected a kind of path_loss or a mapping, got ['free_space']"),
    ("mapping_for_list", 3, "topology.devices", "expected a list, got {'name': 'a', 'distance_m': 10}"),
    ("null_for_section", 2, "radio", "expected a mapping, got null"),
    ("out_of_range", 3, "stop.target_accuracy", "85 is not allowed: must be > 0 and <= 1"),
    ("negative", 4, "topology.radius_m", "-500 is not allowed: must be > 0"),
    ("nan", 2, "radio.bandwidth_hz", "nan is not allowed: must be a finite number"),
    ("too_large_for_a_float", 2, "radio.bandwidth_hz", "inf is not allowed: must be a finite number"),
    ("endless_integer", 2, "", "a whole number of more than 100 digits is not allowed"),
    ("bad_list_item", 6, "topology.devices[1].distance_m", "expected a number, got 'far'"),
    ("required", 1, "protocol.round_s", "is required"),
    ("cross_field", 5, "stop.target_accuracy", "needs learning that trains"),
    ("no_end", 2, "stop", "give rounds or time_s"),
    ("unclosed_bracket", 3, "", "not valid YAML: "),
    ("colon_in_value", 2, "", "not valid YAML: mapping values are not allowed here"),
    ("tab_indentation", 2, "", "not valid YAML: a tab cannot start a value; indent with spaces"),
    ("duplicate_key", 3, "", "the key 'seed' is already on line 1"),
    ("python_tag", 2, "", "tags such as !!python/object/apply:os.system are not allowed"),
    ("non_string_key", 2, "", "a key must be text, got 1"),
    ("complex_key", 1, "", "a key must be plain text"),
    ("contains_itself", 2, "", "the alias *radio contains itself"),
    ("alias_bomb", 5, "", "more than 100000 values once aliases are expanded"),
    ("two_documents", 2, "", "a second document begins here"),
    ("yaml_1_1", 2, "", "only YAML 1.2 is read"),
    ("only_comments", None, "", "the file is empty"),
    ("not_a_mapping", 1, "", "expected a mapping of keys to values at the top"),
    ("only_text", 1, "", "expected a mapping of keys to values at the top"),
    ("extends_itself", 2, "extends", "goes in a circle: "),
    ("extends_missing", 3, "extends", "no scenario called 'no_such_base.yaml'"),
    ("extends_a_list", 1, "extends", "expected a file or the name of a scenario"),
]

# bytes, line, message, for what cannot stand in a file that people edit
GENERATED = {
    "empty": (b"", None, "the file is empty"),
    "NUL": (b"seed: 1\nname: a\0b\n", 2, "the character '\\x00' is not allowed"),
    "control character": (b"name: \x1b[31m\n", 1, "the character '\\x1b' is not allowed"),
    "not UTF-8": (b"seed: 1\n\nname: \xe9\n", 3, "not UTF-8 text"),
    "deep flow nesting": (b"name: " + b"[" * 20_000, 1, "nested deeper than 50 levels"),
    "deep block nesting": (b"".join(b" " * i + b"a:\n" for i in range(500)), 52, "nested deeper than 50 levels"),
    "too large": (b"#" * 1_000_001, None, "larger than 1000000 bytes"),
}


def refused(source: Path, *overrides: str) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(source, overrides)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    return caught.value


@pytest.mark.parametrize(("name", "line", "path", "message"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_one_line_with_its_place(name: str, line: int | None, path: str, message: str) -> None:
    file = FOLDER / f"{name}.yaml"
    error = refused(file)
    assert (error.file, error.line, error.path) == (str(file), line, path)
    assert error.message.startswith(message)
    assert str(error).startswith(f"{file}:{line}: " if line else f"{file}: ")


def test_every_broken_file_is_tested() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {row[0] for row in BROKEN} | {"inherits_an_error"}


@pytest.mark.parametrize("name", GENERATED)
def test_broken_bytes(written: Callable[..., Path], name: str) -> None:
    content, line, message = GENERATED[name]
    file = written(content)
    error = refused(file)
    assert (error.file, error.line, error.path) == (str(file), line, "")
    assert error.message.startswith(message)


def test_an_inherited_error_is_placed_in_the_file_that_holds_it() -> None:
    error = refused(FOLDER / "inherits_an_error.yaml")
    assert (error.file, error.line, error.path) == (str(FOLDER / "negative.yaml"), 4, "topology.radius_m")


def test_a_correction_on_the_command_line_is_enough() -> None:
    assert load_scenario(FOLDER / "inherits_an_error.yaml", ["topology.radius_m=500"]).topology.radius_m == 500.0


def test_the_whole_line_reads_as_documented() -> None:
    file = FOLDER / "typo_in_kind.yaml"
    expected = f"{file}:3: radio.fading.kind: no fading called 'ricain' (did you mean 'rician'?); known: "
    assert str(refused(file)).startswith(expected)


def test_a_missing_file(tmp_path: Path) -> None:
    error = refused(tmp_path / "none.yaml")
    assert (error.file, error.line) == (str(tmp_path / "none.yaml"), None)
    assert error.message.startswith("no scenario called ")


def test_a_directory(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert (error.file, error.line) == (str(tmp_path), None)
    assert error.message.endswith("is a directory, not a scenario")


def test_a_file_without_permission(written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    file = written("seed: 1\n")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert str(refused(file)) == f"{file}: cannot be read: Permission denied"
