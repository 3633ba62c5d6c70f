"""What tests share: playing a scenario into journal lines, without files, one cell's medium driven by hand, and small
random text models and texts on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wfsim.contracts.air import Air, Lines, build_air
from wfsim.trace import Journal

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"


def play_scenario(source: str, overrides: Sequence[str] = ()) -> Lines:
    """The journal lines of a scenario (a file's name in scenarios/) with overrides."""
    from wfsim.scenario.load import load_scenario
    from wfsim.world.build import build_world
    from wfsim.world.execute import execute

    lines: Lines = []
    execute(build_world(load_scenario(SCENARIOS / source, overrides), Journal([lines.append])))
    return lines


@pytest.fixture
def play() -> Callable[..., Lines]:
    """`play("digits.yaml", ["stop.rounds=1"])` -> journal lines."""
    return play_scenario


@pytest.fixture
def make_air() -> Callable[..., Air]:
    """A function that builds an `Air`; kinds in YAML form, `snr_hz` one per link, no fading unless `paths` is given."""
    return build_air


TEXT_SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
TEXT_CLASSES = {  # model_type -> the class that is saved and its sizes
    "bert": ("BertForMaskedLM", "BertConfig", TEXT_SIZES),
    "albert": ("AlbertModel", "AlbertConfig", {**TEXT_SIZES, "embedding_size": 16}),
    "roberta": ("RobertaForMaskedLM", "RobertaConfig", TEXT_SIZES),
    "distilbert": ("DistilBertModel", "DistilBertConfig", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48}),
}
WORDS = {"animals": "cat dog fish bird horse", "colours": "red green blue white black", "numbers": "one two three four"}


@pytest.fixture(scope="session")
def text_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`text_model("bert")` -> the folder of a small random model with a vocabulary, saved as a base without a head."""
    made: dict[str, Path] = {}

    def make(model_type: str) -> Path:
        if model_type not in made:
            made[model_type] = write_text_model(tmp_path_factory.mktemp(model_type), model_type)
        return made[model_type]

    return make


def write_text_model(folder: Path, model_type: str) -> Path:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *" ".join(WORDS.values()).split()]
    name, config_name, sizes = TEXT_CLASSES[model_type]
    config = getattr(transformers, config_name)(
        **sizes, vocab_size=len(vocabulary), max_position_embeddings=40, pad_token_id=0, initializer_range=0.3
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        getattr(transformers, name)(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    return folder


@pytest.fixture(scope="session")
def texts_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 texts of three to six words, most of them of the class's own kind."""
    generator, rows = np.random.default_rng(1), ["text,label"]
    every = " ".join(WORDS.values()).split()
    for number in range(120):
        label = list(WORDS)[number % 3]
        own = generator.choice(WORDS[label].split(), int(generator.integers(2, 5)))
        rows.append(f"{' '.join([*own, str(generator.choice(every))])},{label}")
    path = tmp_path_factory.mktemp("texts") / "texts.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="session")
def make_vit(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`make_vit(hidden_size=32)` -> the folder of a small random ViT without dropout; other fields of ViTConfig too."""
    return lambda **fields: write_vit(tmp_path_factory.mktemp("vit"), fields)


def write_vit(folder: Path, fields: dict[str, Any]) -> Path:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    sizes = {**TEXT_SIZES, "image_size": 8, "patch_size": 4, "num_channels": 1}
    still = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    with torch.random.fork_rng():
        torch.manual_seed(1)
        config = transformers.ViTConfig(**{**sizes, **still, **fields})
        transformers.ViTForImageClassification(config).save_pretrained(folder)
    return folder
