"""Every packaged scenario, shortened: runs, trains and keeps every invariant."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.results.verify import verify
from wfsim.scenario.load import load_scenario

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
SHORT = ["stop.rounds=1", "learning.local.steps=1", "learning.data=digits", "topology.devices=4"]


@pytest.fixture
def short(path: Path, text_model, texts_csv) -> list[str]:
    """Overrides; bert_local needs files that its user names."""
    if path.stem != "bert_local":
        return SHORT
    return [f"learning.model.path={text_model('bert')}", f"learning.data.path={texts_csv}", *SHORT[:2], SHORT[3]]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shortened_run_keeps_every_invariant(play, path: Path, short: list[str]) -> None:
    lines = play(path.name, short)
    assert verify(lines) == []
    assert lines[-1]["type"] == "run_ended"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_header_states_claim_expectation_and_run_time(path: Path) -> None:
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for word in ("# Claim:", "# Expected:", "# Run time:"):
        assert any(line.startswith(word) for line in header), f"{path.name} lacks {word!r}"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_name_is_the_files(path: Path) -> None:
    assert load_scenario(path).name == path.stem
