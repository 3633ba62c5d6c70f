from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError, UsageError
from wfsim.radio.fading.rician import Rician
from wfsim.scenario import find
from wfsim.scenario.load import load_scenario, resolved, write_resolved
from wfsim.scenario.schema import Scenario

TEXT = """\
name: small
seed: 5
stop: {rounds: 3}
topology: {kind: placed, devices: [{name: b, distance_m: 50}, {name: a, distance_m: 100}]}
radio:
  bandwidth_hz: 1e7
  fading: {kind: rician, k_db: 3}
  downlink: {kind: unicast}
protocol: {kind: deadline, round_s: 20}
learning: {kind: none}
"""


def test_loads_a_file(written: Callable[..., Path]) -> None:
    scenario = load_scenario(written(TEXT))
    assert (scenario.name, scenario.seed, scenario.stop.rounds) == ("small", 5, 3)
    assert scenario.radio.bandwidth_hz == 1e7
    assert scenario.radio.fading == Rician(k_db=3.0)


def test_a_path_may_be_text_and_miss_its_suffix(written: Callable[..., Path]) -> None:
    path = written(TEXT)
    assert load_scenario(str(path.with_suffix(""))) == load_scenario(path)


def test_loads_a_packaged_scenario_by_name(written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(TEXT, "packaged-example.yaml").parent
    monkeypatch.setattr(find, "packaged_folder", lambda: folder)
    assert load_scenario("packaged-example").name == "small"


def test_overrides_as_texts_and_as_a_mapping_agree(written: Callable[..., Path]) -> None:
    path = written(TEXT)
    texts = load_scenario(path, ["radio.fading=rayleigh", "stop.rounds=9", "topology.devices[0].distance_m=60"])
    values = load_scenario(path, {"radio.fading": "rayleigh", "stop.rounds": 9, "topology.devices[0].distance_m": 60})
    assert texts == values
    assert texts.stop.rounds == 9


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("radio.fading.kind=ricain", "radio.fading.kind: no fading called 'ricain' (did you mean 'rician'?)"),
        ("stop.round=3", "stop.round: no such key (did you mean 'rounds'?)"),
        ("seed.x=3", "seed: expected a whole number, got {'x': 3}"),
        ("seed=-1", "seed: -1 is not allowed"),
        ("stop.target_accuracy=0.5", "stop.target_accuracy: needs learning that trains; learning.kind is none"),
    ],
)
def test_errors_from_an_override_name_it(written: Callable[..., Path], override: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(TEXT), [override])
    assert str(caught.value).startswith(f"override {override}: {message}")
    assert caught.value.line is None


def test_errors_name_the_file_that_holds_the_key(written: Callable[..., Path]) -> None:
    base = written("name: base\nseed: -1\n", "base.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written("extends: base\nname: top\n"))
    assert (caught.value.file, caught.value.line, caught.value.path) == (str(base), 2, "seed")


def test_the_first_error_counts_but_a_missing_key_comes_last(written: Callable[..., Path]) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written("protocol:\n  kind: deadline\n  rounds_s: 3\n"))
    assert (caught.value.line, caught.value.path) == (3, "protocol.rounds_s")


def test_the_resolved_form_holds_every_default() -> None:
    values = resolved(Scenario())
    assert values["radio"]["fading"] == {"kind": "rayleigh", "coherence_s": 0.05}
    assert values.keys() == Scenario.model_fields.keys() - {"sweep"}


@pytest.mark.parametrize("text", ["seed: 1\n", TEXT], ids=["defaults", "small"])
def test_the_resolved_form_loads_back_equal(written: Callable[..., Path], tmp_path: Path, text: str) -> None:
    scenario = load_scenario(written(text))
    write_resolved(scenario, tmp_path / "resolved.yaml")
    again = load_scenario(tmp_path / "resolved.yaml")
    assert again == scenario
    assert resolved(again) == resolved(scenario)


def test_keywords_are_overrides(tmp_path: Path) -> None:
    scenario = load_scenario("digits", {"seed": 5}, **{"stop.rounds": 7})
    assert (scenario.seed, scenario.stop.rounds) == (5, 7)
    with pytest.raises(UsageError, match="not both"):
        load_scenario("digits", ["seed=5"], name="x")


def test_a_local_file_may_extend_the_packaged_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "digits.yaml").write_text("extends: digits\nseed: 9\n")
    scenario = load_scenario(tmp_path / "digits.yaml")
    assert (scenario.seed, scenario.learning.data.kind) == (9, "digits")


def test_numpy_numbers_are_numbers() -> None:
    assert load_scenario("digits", seed=np.int64(3)).seed == 3
