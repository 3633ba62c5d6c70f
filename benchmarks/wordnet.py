"""MiniLM on WordNet's supersenses: federated LoRA over the air against one logistic regression on frozen features.

Both see the rows of the scenario `minilm_wordnet`, cut to as many tokens, and are scored on the same held-out rows. The
regression is centralised: it sees all training rows at once. Its features are what the federation's own classifier
reads before anything is trained: the mean over tokens, or the pooled first token with `learning.model.pooling=first`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from transformers import AutoModel

import wfsim
from wfsim.learning.data import Dataset, Texts
from wfsim.learning.families import Pooling, TextInput
from wfsim.learning.tokens import tokenise
from wfsim.scenario.schema import Scenario

Features = NDArray[np.float32]
BATCH = 64
STRENGTHS = (0.01, 0.1, 1.0)  # inverse regularisation, chosen on a fifth of the training rows
READS: dict[Pooling, str] = {"first": "pooled first token", "mean": "mean over tokens"}


def features(scenario: Scenario, texts: Texts, classes: int) -> Features:
    """What the classifier reads of some texts, [n, hidden]."""
    settings = scenario.learning.model
    encoder = settings.encoder(classes)
    if not isinstance(encoder.input, TextInput):
        raise SystemExit(f"model {settings.kind} reads no texts")
    tokens = tokenise(settings.directory(), texts, encoder.input)
    model, found = AutoModel.from_pretrained(settings.directory()).eval(), []
    with torch.inference_mode():
        for rows in _batches(len(texts)):
            ids, mask = (torch.from_numpy(np.asarray(values[rows])) for values in (tokens.ids, tokens.mask))
            out = model(input_ids=ids, attention_mask=mask)
            weights = mask.unsqueeze(-1).float()
            mean = (out.last_hidden_state * weights).sum(1) / weights.sum(1)
            found.append((mean if encoder.pooling == "mean" else out.pooler_output).numpy())
    return np.concatenate(found)


def _batches(count: int) -> Iterator[slice]:
    yield from (slice(start, start + BATCH) for start in range(0, count, BATCH))


def frozen(scenario: Scenario, dataset: Dataset) -> float:
    """Held-out accuracy of a logistic regression on the features."""
    train = features(scenario, tuple(map(str, dataset.train_inputs)), dataset.classes)
    test = features(scenario, tuple(map(str, dataset.test_inputs)), dataset.classes)
    return float(_fitted(train, dataset.train_labels).score(test, dataset.test_labels))


def _fitted(inputs: Features, labels: NDArray[np.int64]) -> Pipeline:
    fit, tried, fit_labels, tried_labels = train_test_split(inputs, labels, test_size=0.2, random_state=1)
    scores = {c: _regression(c).fit(fit, fit_labels).score(tried, tried_labels) for c in STRENGTHS}
    return _regression(max(scores, key=scores.__getitem__)).fit(inputs, labels)


def _regression(strength: float) -> Pipeline:
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=300))


def options() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder with data.noun; by default the scenario's")
    parser.add_argument("--out", type=Path, help="run directory; one that is complete is used as it is")
    parser.add_argument("--frozen-only", action="store_true", help="leave the federation out")
    parser.add_argument("overrides", nargs="*", help="of the scenario, such as stop.rounds=3")
    return parser.parse_args()


def main() -> None:
    """Print a line per method, then all figures as one JSON object."""
    given = options()
    path = [] if given.data is None else [f"learning.data.path={given.data}"]
    scenario = wfsim.load_scenario("minilm_wordnet", [*path, *given.overrides])
    dataset = scenario.learning.data.load()
    start_s = time.perf_counter()
    figures: dict[str, float] = {"train_rows": len(dataset.train_labels), "test_rows": len(dataset.test_labels)}
    figures["frozen_accuracy"] = frozen(scenario, dataset)
    reads = READS[scenario.learning.model.encoder(dataset.classes).pooling]
    print(f"{f'logistic regression, {reads}':<45}{figures['frozen_accuracy']:.4f}", flush=True)
    figures["frozen_s"] = round(time.perf_counter() - start_s, 2)
    if not given.frozen_only:
        figures |= federated(scenario, given.out)
        figures["federated_over_frozen"] = figures["federated_accuracy"] / figures["frozen_accuracy"]
    print(json.dumps(figures))


def federated(scenario: Scenario, out: Path | None) -> dict[str, float]:
    """Accuracy of the federation at the end and at its best, and what it cost."""
    start_s = time.perf_counter()
    run = wfsim.run(scenario, out)
    wall_s = time.perf_counter() - start_s
    scores = [line["accuracy"] for line in run.whole_lines() if line["type"] == "evaluated"]
    rounds = run.summary["rounds"]
    print(f"{f'federated LoRA, {rounds} rounds over the air':<45}{scores[-1]:.4f}")
    print("round by round: " + " ".join(f"{score:.3f}" for score in scores))
    return {
        "federated_accuracy": scores[-1],
        "federated_best_accuracy": max(scores),
        "rounds": rounds,
        "simulated_s": run.summary["simulated_s"],
        "federated_s": round(wall_s, 2),
    }


if __name__ == "__main__":
    main()
