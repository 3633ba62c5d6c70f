"""BERT (Devlin et al. 2019): post-norm layers, tanh pooler over the first token."""

from __future__ import annotations

from wfsim.learning.families import Block, Encoder, Source, family
from wfsim.learning.families._layers import embeddings, layer_blocks, norm, pooled, text_input
from wfsim.messages import TensorShape

MODULES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


@family("bert")
def read(source: Source) -> Encoder:
    """`BertForSequenceClassification`."""
    hidden = source.config.size("hidden_size")
    blocks, head = pooled(source, "bert.pooler", "bert.pooler.dense", hidden)
    pad_id = source.config.index("pad_token_id", 0)
    return Encoder(
        family="bert",
        model_class="BertForSequenceClassification",
        input=text_input(source, positions=source.config.size("max_position_embeddings"), pad_id=pad_id),
        tokens=source.max_tokens,
        embedding_flops=0,
        blocks=(*bert_layers(source, "bert"), *blocks),
        head=head,
        others=bert_others(source, "bert"),
    )


def bert_layers(source: Source, prefix: str) -> tuple[Block, ...]:
    """The blocks of all layers, named as in BERT."""
    config = source.config
    sizes = {"hidden": config.size("hidden_size"), "intermediate": config.size("intermediate_size")}
    return tuple(
        block
        for layer in range(config.size("num_hidden_layers"))
        for block in layer_blocks(f"{prefix}.encoder.layer.{layer}", MODULES, **sizes, rows=source.max_tokens)
    )


def bert_others(source: Source, prefix: str) -> tuple[TensorShape, ...]:
    """Embeddings and the norms of all layers."""
    hidden, layers = source.config.size("hidden_size"), range(source.config.size("num_hidden_layers"))
    names = [
        f"{prefix}.encoder.layer.{i}.{part}"
        for i in layers
        for part in ("attention.output.LayerNorm", "output.LayerNorm")
    ]
    return (*embeddings(source, prefix, hidden), *(tensor for name in names for tensor in norm(name, hidden)))
