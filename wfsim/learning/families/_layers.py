"""What families have in common: the blocks of a layer, pooler and classifier, the input of a text model."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.errors import ScenarioError
from wfsim.learning.families import Block, HeadModule, Source, TextInput
from wfsim.messages import PairShape, TensorShape


def layer_blocks(prefix: str, names: Sequence[str], *, hidden: int, intermediate: int, rows: int) -> tuple[Block, ...]:
    """(q, k, v), (o), (up), (down) of one layer; `names` are the six modules below `prefix` in that order."""
    q, k, v, o, up, down = (f"{prefix}.{name}" for name in names)
    square = [PairShape(name, hidden, hidden) for name in (q, k, v, o)]
    feed_forward = [PairShape(up, intermediate, hidden), PairShape(down, hidden, intermediate)]
    return tuple(Block(modules=m, rows=rows) for m in (tuple(square[:3]), *((m,) for m in (square[3], *feed_forward))))


def norm(name: str, width: int) -> tuple[TensorShape, ...]:
    """Gain and offset of a layer norm."""
    return TensorShape(f"{name}.weight", (width,)), TensorShape(f"{name}.bias", (width,))


def embeddings(source: Source, prefix: str, width: int, *, token_types: bool = True) -> tuple[TensorShape, ...]:
    """Tables of words, positions and (two unless the config says otherwise) token types, and the norm behind them."""
    rows = {
        "word": source.config.size("vocab_size"),
        "position": source.config.size("max_position_embeddings"),
        **({"token_type": source.config.size("type_vocab_size", 2)} if token_types else {}),
    }
    tables = (TensorShape(f"{prefix}.embeddings.{n}_embeddings.weight", (count, width)) for n, count in rows.items())
    return (*tables, *norm(f"{prefix}.embeddings.LayerNorm", width))


def classifier(classes: int, hidden: int) -> HeadModule:
    """One linear layer from the hidden width to the classes."""
    return HeadModule(name="classifier", linears=(PairShape("classifier", classes, hidden),))


def pooled(source: Source, pooler: str, linear: str, hidden: int) -> tuple[tuple[Block, ...], tuple[HeadModule, ...]]:
    """Blocks and head behind the last layer: the module `pooler`, whose layer is `linear`, then the classifier.

    A pooler that comes with the checkpoint is frozen and may carry LoRA; a new one is trained in full.
    """
    layer, last = PairShape(linear, hidden, hidden), classifier(source.classes, hidden)
    if source.has_pooler:
        return (Block(modules=(layer,), rows=1),), (last,)
    return (), (HeadModule(name=pooler, linears=(layer,)), last)


def language_output(source: Source, hidden: int) -> Block:
    """The frozen layer from the hidden width to the vocabulary; its matrix may be the embeddings' own."""
    modules = (PairShape("lm_head", source.config.size("vocab_size"), hidden),)
    return Block(modules=modules, rows=source.max_tokens, lora=False)


def text_input(source: Source, *, positions: int, pad_id: int) -> TextInput:
    """Sequences of `max_tokens`, at most `positions`. Raises ScenarioError."""
    if source.max_tokens > positions:
        message = f"{source.max_tokens}: {source.config.file} allows at most {positions} tokens"
        raise ScenarioError(message, path="learning.model.max_tokens")
    return TextInput(max_tokens=source.max_tokens, vocabulary=source.config.size("vocab_size"), pad_id=pad_id)
