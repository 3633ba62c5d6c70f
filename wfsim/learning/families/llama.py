"""Llama (Touvron et al. 2023) and its kin: decoders with grouped-query attention and a gated feed-forward net."""

from __future__ import annotations

from collections.abc import Iterator

from wfsim.learning.config_file import ConfigFile
from wfsim.learning.families import Block, Encoder, Source, family
from wfsim.learning.families._layers import language_output, text_input
from wfsim.messages import PairShape, TensorShape

_BIASED = {"llama": (), "mistral": (), "qwen2": ("q_proj", "k_proj", "v_proj")}  # always, by model_type
_ATTENTION, _FEED_FORWARD = ("q_proj", "k_proj", "v_proj", "o_proj"), ("gate_proj", "up_proj", "down_proj")


@family("llama")
def read_llama(source: Source) -> Encoder:
    """`LlamaForCausalLM`."""
    return _decoder(source, "LlamaForCausalLM")


@family("mistral")
def read_mistral(source: Source) -> Encoder:
    """`MistralForCausalLM` (Jiang et al. 2023); tokens outside the sliding window count as if they were attended to."""
    return _decoder(source, "MistralForCausalLM")


@family("qwen2")
def read_qwen2(source: Source) -> Encoder:
    """`Qwen2ForCausalLM` (Yang et al. 2024)."""
    return _decoder(source, "Qwen2ForCausalLM")


def _decoder(source: Source, model_class: str) -> Encoder:
    config, rows = source.config, source.max_tokens
    layers = range(config.size("num_hidden_layers"))
    blocks = tuple(block for layer in layers for block in _layer_blocks(config, f"model.layers.{layer}", rows))
    return Encoder(
        family=str(config.values["model_type"]),
        model_class=model_class,
        input=text_input(source, positions=config.size("max_position_embeddings"), pad_id=0),
        tokens=rows,
        embedding_flops=0,
        blocks=(*blocks, language_output(source, config.size("hidden_size"))),
        head=(),
        base="model",
        others=tuple(_others(config, len(layers))),
        unbiased=frozenset(_unbiased(config, blocks)),
    )


def _layer_blocks(config: ConfigFile, prefix: str, rows: int) -> tuple[Block, ...]:
    """(q, k, v), (o), (gate, up), (down): h query heads of width d and g of keys and values, g a divisor of h."""
    hidden, intermediate = config.size("hidden_size"), config.size("intermediate_size")
    queries, keys = _widths(config)
    attention = (PairShape(f"{prefix}.self_attn.{name}", width, hidden) for name, width in _rows(queries, keys))
    gate, up = (PairShape(f"{prefix}.mlp.{name}", intermediate, hidden) for name in _FEED_FORWARD[:2])
    o = PairShape(f"{prefix}.self_attn.o_proj", hidden, queries)
    down = PairShape(f"{prefix}.mlp.down_proj", hidden, intermediate)
    return tuple(Block(modules=modules, rows=rows) for modules in (tuple(attention), (o,), (gate, up), (down,)))


def _rows(queries: int, keys: int) -> tuple[tuple[str, int], ...]:
    return (("q_proj", queries), ("k_proj", keys), ("v_proj", keys))


def _widths(config: ConfigFile) -> tuple[int, int]:
    """Widths of all queries and of all keys. Raises ScenarioError where heads do not divide."""
    heads = config.size("num_attention_heads")
    hidden = config.size("hidden_size")
    groups = heads if config.values.get("num_key_value_heads") is None else config.size("num_key_value_heads")
    if heads % groups:
        raise config.error("num_key_value_heads", f"is {groups}; needs a divisor of num_attention_heads {heads}")
    if config.values.get("head_dim") is None and hidden % heads:
        raise config.error("num_attention_heads", f"is {heads}; needs a divisor of hidden_size {hidden}, or head_dim")
    width = hidden // heads if config.values.get("head_dim") is None else config.size("head_dim")
    return heads * width, groups * width


def _others(config: ConfigFile, layers: int) -> Iterator[TensorShape]:
    """Embeddings, gains of the norms, and the output layer unless it is the embeddings' own matrix."""
    hidden, vocabulary = config.size("hidden_size"), config.size("vocab_size")
    yield TensorShape("model.embed_tokens.weight", (vocabulary, hidden))
    for layer in range(layers):
        yield TensorShape(f"model.layers.{layer}.input_layernorm.weight", (hidden,))
        yield TensorShape(f"model.layers.{layer}.post_attention_layernorm.weight", (hidden,))
    yield TensorShape("model.norm.weight", (hidden,))
    if not config.flag("tie_word_embeddings", False):
        yield TensorShape("lm_head.weight", (vocabulary, hidden))


def _unbiased(config: ConfigFile, blocks: tuple[Block, ...]) -> Iterator[str]:
    biased = set(_BIASED[str(config.values["model_type"])])
    biased |= set(_ATTENTION) if config.flag("attention_bias", False) else set()
    biased |= set(_FEED_FORWARD) if config.flag("mlp_bias", False) else set()
    modules = (module for block in blocks for module in block.modules)
    return (module.name for module in modules if module.name.rpartition(".")[2] not in biased)
