"""GPT-NeoX (Black et al. 2022; Pythia, Biderman et al. 2023): a decoder with rotary positions and fused q, k and v."""

from __future__ import annotations

from wfsim.learning.families import Block, Encoder, Source, family
from wfsim.learning.families._layers import language_output, norm, text_input
from wfsim.messages import PairShape, TensorShape

_ATTENTION = ("attention.query_key_value", "attention.dense")


@family("gpt_neox")
def read(source: Source) -> Encoder:
    """`GPTNeoXForCausalLM`. With parallel residuals (the default) operations of the first layer's feed-forward net are
    counted as if it came behind the attention, which it stands beside: a gradient too many, in one layer."""
    config = source.config
    blocks = tuple(b for i in range(config.size("num_hidden_layers")) for b in _layer_blocks(source, i))
    biased = config.flag("attention_bias", True)
    names = (module.name for block in blocks for module in block.modules)
    return Encoder(
        family="gpt_neox",
        model_class="GPTNeoXForCausalLM",
        input=text_input(source, positions=config.size("max_position_embeddings"), pad_id=0),
        tokens=source.max_tokens,
        embedding_flops=0,
        blocks=(*blocks, language_output(source, config.size("hidden_size"))),
        head=(),
        others=_others(source),
        unbiased=frozenset(name for name in names if not biased and name.endswith(_ATTENTION)),
        renamed=((r"^embed_out\.", "lm_head."),),
    )


def _layer_blocks(source: Source, layer: int) -> tuple[Block, ...]:
    """(q k v), (o), (up), (down)."""
    prefix, rows = f"gpt_neox.layers.{layer}", source.max_tokens
    hidden, inner = source.config.size("hidden_size"), source.config.size("intermediate_size")
    sizes = {
        _ATTENTION[0]: (3 * hidden, hidden),
        _ATTENTION[1]: (hidden, hidden),
        "mlp.dense_h_to_4h": (inner, hidden),
        "mlp.dense_4h_to_h": (hidden, inner),
    }
    modules = (PairShape(f"{prefix}.{name}", *size) for name, size in sizes.items())
    return tuple(Block(modules=(m,), rows=rows, fused=m.name.endswith(_ATTENTION[0])) for m in modules)


def _others(source: Source) -> tuple[TensorShape, ...]:
    """The table of words, norms, and the output layer unless it is the words' own table."""
    config = source.config
    hidden, vocabulary = config.size("hidden_size"), config.size("vocab_size")
    layers = [f"gpt_neox.layers.{i}" for i in range(config.size("num_hidden_layers"))]
    norms = [f"{layer}.{side}_layernorm" for layer in layers for side in ("input", "post_attention")]
    tied = config.flag("tie_word_embeddings", False)
    return (
        TensorShape("gpt_neox.embed_in.weight", (vocabulary, hidden)),
        *(tensor for name in (*norms, "gpt_neox.final_layer_norm") for tensor in norm(name, hidden)),
        *(() if tied else (TensorShape("lm_head.weight", (vocabulary, hidden)),)),
    )
