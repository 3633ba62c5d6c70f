"""Every packaged scenario, shortened: runs, trains and keeps every invariant."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfsim.results.verify import verify
from wfsim.scenario.cells import load_batch
from wfsim.scenario.load import load_scenario
from wfsim.world.checks import check_scenario

FOLDER = Path(__file__).parents[1] / "scenarios"
SCENARIOS = sorted(FOLDER.rglob("*.yaml"))
SITES = {"factory_floor", "branch_offices", "relay_mesh", "leo"}  # their devices stand where the file says
SHORT = ["stop.rounds=1", "learning.local.steps=1", "learning.data=digits", "topology.devices=4"]


def name_of(path: Path) -> str:
    """`tsfa/headline`, as `wfsim run` takes it."""
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.fixture
def short(path: Path, text_model, texts_csv, language_model, book, minilm_package, wordnet_folder) -> list[str]:
    """Overrides; two scenarios need files that their user names, llama_timing has sizes of its own."""
    if path.stem == "language_local":
        return [f"learning.model.path={language_model('gpt2')}", f"learning.data.path={book}", *SHORT[:2], SHORT[3]]
    if path.stem == "llama_timing":
        return [SHORT[0], SHORT[3]]
    if path.stem == "minilm_wordnet":
        sizes = ["learning.data.train_examples=90", "learning.data.test_examples=20"]
        return [f"learning.data.path={wordnet_folder}", *sizes, *SHORT[:2], SHORT[3]]
    if path.stem == "city_100k":
        return [SHORT[0], "topology.cells=3", "topology.devices_per_cell=4"]
    if path.stem in SITES:
        return SHORT[:3]
    if path.stem != "bert_local":
        return SHORT
    return [f"learning.model.path={text_model('bert')}", f"learning.data.path={texts_csv}", *SHORT[:2], SHORT[3]]


@pytest.mark.parametrize("path", SCENARIOS, ids=name_of)
def test_a_shortened_run_keeps_every_invariant(play, path: Path, short: list[str]) -> None:
    lines = play(f"{name_of(path)}.yaml", short)
    assert verify(lines) == []
    assert lines[-1]["type"] == "run_ended"


@pytest.mark.parametrize("path", SCENARIOS, ids=name_of)
def test_the_header_states_claim_expectation_and_run_time(path: Path) -> None:
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for word in ("# Claim:", "# Expected:", "# Run time:"):
        assert any(line.startswith(word) for line in header), f"{name_of(path)} lacks {word!r}"


@pytest.mark.parametrize("path", SCENARIOS, ids=name_of)
def test_the_name_is_the_files(path: Path) -> None:
    assert load_scenario(path).name == path.stem


@pytest.mark.parametrize("path", [path for path in SCENARIOS if "\nsweep:" in path.read_text("utf-8")], ids=name_of)
def test_every_experiment_of_a_sweep_can_be_built(path: Path) -> None:
    cells = load_batch(path, ["seed=1"]).cells
    assert len(cells) > 1
    for cell in cells:
        check_scenario(cell.scenario)
