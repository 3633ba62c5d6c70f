"""GPT-2 (Radford et al. 2019): a decoder with learned positions, fused q, k and v, and matrices stored transposed."""

from __future__ import annotations

from wfsim.learning.families import Block, Encoder, Source, family
from wfsim.learning.families._layers import language_output, norm, text_input
from wfsim.messages import PairShape, TensorShape


@family("gpt2")
def read(source: Source) -> Encoder:
    """`GPT2LMHeadModel`."""
    config = source.config
    hidden, layers = config.size("n_embd"), range(config.size("n_layer"))
    if hidden % config.size("n_head"):
        raise config.error("n_head", f"is {config.size('n_head')}; needs a divisor of n_embd {hidden}")
    blocks = (block for layer in layers for block in _layer_blocks(source, f"transformer.h.{layer}"))
    return Encoder(
        family="gpt2",
        model_class="GPT2LMHeadModel",
        input=text_input(source, positions=config.size("n_positions"), pad_id=0),
        tokens=source.max_tokens,
        embedding_flops=0,
        blocks=(*blocks, language_output(source, hidden)),
        head=(),
        others=_others(source),
        base="transformer",
        transposed=True,
    )


def _layer_blocks(source: Source, prefix: str) -> tuple[Block, ...]:
    """(q k v), (o), (up), (down); the inner width is four times the hidden one where the config gives none."""
    config = source.config
    hidden = config.size("n_embd")
    inner = 4 * hidden if config.values.get("n_inner") is None else config.size("n_inner")
    modules = (
        PairShape(f"{prefix}.attn.c_attn", 3 * hidden, hidden),
        PairShape(f"{prefix}.attn.c_proj", hidden, hidden),
        PairShape(f"{prefix}.mlp.c_fc", inner, hidden),
        PairShape(f"{prefix}.mlp.c_proj", hidden, inner),
    )
    return tuple(Block(modules=(m,), rows=source.max_tokens, fused=m.name.endswith("c_attn")) for m in modules)


def _others(source: Source) -> tuple[TensorShape, ...]:
    """Tables of words and positions, norms, and the output layer unless it is the words' own table."""
    config = source.config
    hidden, vocabulary = config.size("n_embd"), config.size("vocab_size")
    names = [f"transformer.h.{i}.ln_{side}" for i in range(config.size("n_layer")) for side in (1, 2)]
    output = () if config.flag("tie_word_embeddings", True) else (TensorShape("lm_head.weight", (vocabulary, hidden)),)
    return (
        TensorShape("transformer.wte.weight", (vocabulary, hidden)),
        TensorShape("transformer.wpe.weight", (config.size("n_positions"), hidden)),
        *(tensor for name in (*names, "transformer.ln_f") for tensor in norm(name, hidden)),
        *output,
    )
