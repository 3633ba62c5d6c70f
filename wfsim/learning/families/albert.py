"""ALBERT (Lan et al. 2020): narrow embeddings widened by one layer, and layers that share their weights in groups."""

from __future__ import annotations

from wfsim.learning.families import Block, Encoder, Source, family
from wfsim.learning.families._layers import embeddings, layer_blocks, norm, pooled, text_input
from wfsim.messages import PairShape, TensorShape

MODULES = ("attention.query", "attention.key", "attention.value", "attention.dense", "ffn", "ffn_output")


@family("albert")
def read(source: Source) -> Encoder:
    """`AlbertForSequenceClassification`; a pair on a shared layer works at each of its uses."""
    config = source.config
    hidden, narrow, rows = config.size("hidden_size"), config.size("embedding_size"), source.max_tokens
    widening = Block(modules=(PairShape("albert.encoder.embedding_hidden_mapping_in", hidden, narrow),), rows=rows)
    blocks, head = pooled(source, "albert.pooler", "albert.pooler", hidden)
    pad_id = config.index("pad_token_id", 0)
    return Encoder(
        family="albert",
        model_class="AlbertForSequenceClassification",
        input=text_input(source, positions=config.size("max_position_embeddings"), pad_id=pad_id),
        tokens=rows,
        embedding_flops=0,
        blocks=(widening, *_layers(source), *blocks),
        head=head,
        others=(*embeddings(source, "albert", narrow), *_norms(source)),
    )


def _layers(source: Source) -> tuple[Block, ...]:
    """Layer i of L uses group i / (L / G), rounded down, of G groups; a group runs its inner layers in order."""
    config = source.config
    layers, groups = config.size("num_hidden_layers"), config.size("num_hidden_groups", 1)
    sizes = {"hidden": config.size("hidden_size"), "intermediate": config.size("intermediate_size")}
    prefixes = [prefix for layer in range(layers) for prefix in _inner(source, int(layer / (layers / groups)))]
    return tuple(
        block for prefix in prefixes for block in layer_blocks(prefix, MODULES, **sizes, rows=source.max_tokens)
    )


def _norms(source: Source) -> tuple[TensorShape, ...]:
    hidden, groups = source.config.size("hidden_size"), source.config.size("num_hidden_groups", 1)
    prefixes = [prefix for group in range(groups) for prefix in _inner(source, group)]
    names = ("attention.LayerNorm", "full_layer_layer_norm")
    return tuple(tensor for prefix in prefixes for name in names for tensor in norm(f"{prefix}.{name}", hidden))


def _inner(source: Source, group: int) -> list[str]:
    """Names of the layers of a group."""
    count = source.config.size("inner_group_num", 1)
    return [f"albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}" for inner in range(count)]
