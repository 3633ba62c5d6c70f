"""Classes by device, from a run's own scenario."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import wfsim
from wfsim.errors import UsageError
from wfsim.figures import draw
from wfsim.figures.partition import partition
from wfsim.results.directory import Run

TINY = {"learning.kind": "none", "stop.rounds": 1, "topology.devices": 5}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    scenario = wfsim.load_scenario("digits", {**TINY, "learning.partition": "shards"})
    return wfsim.run(scenario, tmp_path_factory.mktemp("run") / "r")


def test_shares_numbers_and_sizes(run) -> None:
    figure = partition([run])
    chart, bars, _ = figure.axes
    shares = np.asarray(chart.images[0].get_array())
    assert shares.shape == (5, 10) and np.allclose(shares.sum(axis=1), 100.0)
    assert ((shares > 0).sum(axis=1) <= 4).all()  # two shards of a tenth, on classes that are a little smaller
    written = [int(text.get_text()) for text in chart.texts]
    assert sum(written) == 1347 and len(written) == (shares > 0).sum()
    assert [label.get_text() for label in chart.get_yticklabels()] == ["d1", "d2", "d3", "d4", "d5"]
    ends = [area.get_paths()[0].vertices[:, 0].max() for area in bars.collections]
    assert ends[0] == pytest.approx(1347 / 5, abs=2) and ends[1] == pytest.approx(1797 / 5, abs=6)
    assert figure.get_suptitle() == "digits, seed 1: partition shards, 1\u2009347 + 450 examples of digits"


def test_chosen_devices(run) -> None:
    chart, *_ = partition([run], devices=["d4", "d2"]).axes
    assert [label.get_text() for label in chart.get_yticklabels()] == ["d2", "d4"]
    with pytest.raises(UsageError, match="no device called 'd9'"):
        partition([run], devices=["d9"])


def test_the_same_run_gives_the_same_bytes(run, tmp_path: Path) -> None:
    one, two = (draw("partition", [run], tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert one == two


def test_several_runs_are_an_error(run) -> None:
    with pytest.raises(UsageError, match="partition draws one run, got 2"):
        partition([run, run])


def test_other_data_than_the_run_s_are_refused(tmp_path: Path) -> None:
    rows = [f"one two,{'ab'[row % 2]}" for row in range(60)]
    csv = tmp_path / "texts.csv"
    csv.write_text("\n".join(["text,label", *rows]) + "\n")
    model = {"kind": "config", "path": str(write_config(tmp_path)), "max_tokens": 8}
    data = {"learning.model": model, "learning.data": {"kind": "csv", "path": str(csv)}}
    run = wfsim.run(wfsim.load_scenario("digits", {**TINY, **data}), tmp_path / "r")
    partition([run])
    csv.write_text("\n".join(["text,label", *rows, "two one,a"]) + "\n")
    with pytest.raises(UsageError, match="the data have changed since the run") as caught:
        partition([run])
    assert "\n" not in str(caught.value)


def write_config(folder: Path) -> Path:
    path = folder / "config.json"
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    path.write_text(json.dumps({"model_type": "bert", "vocab_size": 20, "max_position_embeddings": 16, **sizes}))
    return path
