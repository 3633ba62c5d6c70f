"""Model families: what wfsim knows of a transformer from its `config.json` alone, without torch.

A new family is one new file here: a function from a `Source` to an `Encoder`, marked with `@family("its model_type")`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from wfsim.errors import ScenarioError, nearest
from wfsim.learning.base_tensors import check_tensors
from wfsim.learning.checkpoint import StoredTensor, stored_tensors
from wfsim.learning.config_file import ConfigFile, read_config, read_config_file
from wfsim.messages import PairShape, TensorShape
from wfsim.part import load_folder

Task = Literal["image", "text"]
Pooling = Literal["first", "mean"]


@dataclass(frozen=True, kw_only=True)
class ImageInput:
    """Square images: side in pixels and number of channels."""

    size_px: int
    channels: int


@dataclass(frozen=True, kw_only=True)
class TextInput:
    """Token sequences: all cut or padded with `pad_id` to `max_tokens`; token numbers lie below `vocabulary`."""

    max_tokens: int
    vocabulary: int
    pad_id: int


@dataclass(frozen=True, kw_only=True)
class Block:
    """Linear layers that share an input of `rows` rows; three of them are q, k and v of self-attention.

    `lora`: whether they may carry LoRA; a language model's output layer may not. `fused`: one layer gives q, k and v.
    """

    modules: tuple[PairShape, ...]
    rows: int
    lora: bool = True
    fused: bool = False


@dataclass(frozen=True, kw_only=True)
class HeadModule:
    """A module trained in full (PEFT's `modules_to_save`) and its linear layers, applied to one vector in order."""

    name: str
    linears: tuple[PairShape, ...]

    @property
    def tensors(self) -> tuple[TensorShape, ...]:
        """Weight and bias of every layer."""
        return tuple(
            tensor
            for layer in self.linears
            for tensor in (
                TensorShape(f"{layer.name}.weight", (layer.d_out, layer.d_in)),
                TensorShape(f"{layer.name}.bias", (layer.d_out,)),
            )
        )


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """An encoder with a classifier, or a decoder without one. Names are those of the class `model_class` at run time.

    `blocks` stand in order of execution: layers that share their weights come again. `embedding_flops` counts the
    frozen products before the first block. The `head` lies behind the last block, in forward order; a decoder, which
    predicts the next token by its frozen output layer, has none. `others` are the tensors of embeddings, norms and
    blocks without LoRA; `unbiased` names linear layers without a bias; `renamed` are patterns and what takes their
    place, from names on disk to names at run time; `base` is the attribute that holds all but the head, the family's
    name where it is empty. `pooling`: what the head reads, the first token or the mean of all that are no padding.
    `transposed`: frozen matrices are stored as [d_in, d_out] (GPT-2's Conv1D); LoRA factors
    have their usual shapes all the same.
    """

    family: str
    model_class: str
    input: ImageInput | TextInput
    tokens: int
    embedding_flops: int
    blocks: tuple[Block, ...]
    head: tuple[HeadModule, ...]
    others: tuple[TensorShape, ...]
    unbiased: frozenset[str] = frozenset()
    renamed: tuple[tuple[str, str], ...] = ()
    base: str = ""
    pooling: Pooling = "first"
    transposed: bool = False

    @property
    def is_decoder(self) -> bool:
        """Whether it predicts the next token instead of a class."""
        return not self.head

    @property
    def task(self) -> Task:
        """What it reads."""
        return "image" if isinstance(self.input, ImageInput) else "text"

    @property
    def linears(self) -> tuple[PairShape, ...]:
        """Every linear layer that may carry LoRA, once, in forward order."""
        return tuple(dict.fromkeys(module for block in self.blocks if block.lora for module in block.modules))

    @property
    def frozen(self) -> tuple[TensorShape, ...]:
        """Every tensor that is read from disk and never trained."""
        sizes = ((layer.name, (layer.d_out, layer.d_in)) for layer in self.linears)
        weights = (TensorShape(f"{name}.weight", size[::-1] if self.transposed else size) for name, size in sizes)
        biased = (layer for layer in self.linears if layer.name not in self.unbiased)
        return (*weights, *(TensorShape(f"{layer.name}.bias", (layer.d_out,)) for layer in biased), *self.others)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a family reads: the config, the tensors on disk by name, and what the federation asks for."""

    config: ConfigFile
    tensors: Mapping[str, StoredTensor]
    classes: int
    max_tokens: int

    @property
    def has_pooler(self) -> bool:
        """Whether the checkpoint holds a pooler; one that it lacks is new, and so part of the head."""
        return any("pooler" in name.split(".") for name in self.tensors)


Family = Callable[[Source], Encoder]
FAMILIES: dict[str, Family] = {}


def family(model_type: str) -> Callable[[Family], Family]:
    """Registers a function as the reader of a `model_type`."""

    def register(read: Family) -> Family:
        FAMILIES[model_type] = read
        return read

    return register


def read_encoder(directory: Path, *, classes: int, max_tokens: int = 128, pooling: Pooling = "first") -> Encoder:
    """The encoder in a folder. Raises ScenarioError for a family that is not known here and for unreadable files,
    quantised weights, a tensor that is missing or of another shape than `config.json` says, and means over what are no
    tokens of a text to classify."""
    config = read_config(directory)
    family_of = _reader(config)
    if config.values.get("quantization_config"):
        raise config.error("quantization_config", "only weights that are not quantised are read")
    source = Source(config=config, tensors=stored_tensors(directory), classes=classes, max_tokens=max_tokens)
    encoder = family_of(source) if pooling == "first" else mean_pooled(family_of(source))
    check_tensors(directory, encoder, source.tensors)
    return encoder


def read_untrained(file: Path, *, classes: int, max_tokens: int) -> Encoder:
    """The encoder that a `config.json` alone describes; a pooler counts as new. Raises ScenarioError for a family that
    is not known here and for an unreadable file."""
    config = read_config_file(file)
    return _reader(config)(Source(config=config, tensors={}, classes=classes, max_tokens=max_tokens))


def mean_pooled(encoder: Encoder) -> Encoder:
    """The encoder with one linear layer over the mean of its last hidden states: no pooler, nothing else before it.

    Raises ScenarioError for a model that classifies no texts.
    """
    if encoder.is_decoder or encoder.task != "text":
        does = "predicts the next token" if encoder.is_decoder else "classifies images"
        raise ScenarioError(f"mean is for texts to classify; {encoder.family} {does}", path="learning.model.pooling")
    classes, hidden = encoder.head[-1].linears[-1].d_out, encoder.head[0].linears[0].d_in
    head = HeadModule(name="classifier", linears=(PairShape("classifier", classes, hidden),))
    blocks = tuple(block for block in encoder.blocks if block.rows == encoder.tokens)
    return replace(encoder, pooling="mean", blocks=blocks, head=(head,))


def _reader(config: ConfigFile) -> Family:
    model_type = str(config.values.get("model_type"))
    if model_type not in FAMILIES:
        known = f"known: {', '.join(sorted(FAMILIES))}"
        raise config.error("model_type", f"no family called {model_type!r}{nearest(model_type, FAMILIES)}; {known}")
    return FAMILIES[model_type]


load_folder(__name__, list(__path__))
