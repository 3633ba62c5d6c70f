"""What the BERT family has in common: post-norm layers under one set of names, a head over one vector per text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from wfsim.learning.config_file import ConfigFile
from wfsim.learning.families import Pooling, bert, distilbert

_BERT_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")


@dataclass(frozen=True, kw_only=True)
class TextForm:
    """Sizes and names of an encoder. Layer i's modules are `layer`.i.name: q, k, v, o, up and down, then the norms
    behind attention and feed-forward.

    The first token has position `offset`. `head`: linear layers over the first token, or the mean of all (`pooling`),
    and what follows each of them.
    """

    hidden: int
    heads: int
    layers: int
    eps: float
    activation: str
    embeddings: str
    layer: str
    modules: tuple[str, ...]
    norms: tuple[str, str]
    head: tuple[tuple[str, str], ...]
    token_types: bool = True
    offset: int = 0
    pooling: Pooling = "first"


def text_form(family: str, config: ConfigFile, pooling: Pooling = "first") -> TextForm | None:
    """The form of a model, None for one that works in another way."""
    read = _FORMS.get(family)
    if read is None or config.values.get("position_embedding_type", "absolute") != "absolute":
        return None
    if config.values.get("is_decoder") or config.values.get("add_cross_attention"):
        return None
    form = read(config)
    if pooling == "mean":
        form = replace(form, pooling=pooling, head=(("classifier", "none"),))
    return form if form.activation == "gelu" and form.hidden % form.heads == 0 else None


def _bert(config: ConfigFile) -> TextForm:
    return _like_bert(config, "bert", head=(("bert.pooler.dense", "tanh"), ("classifier", "none")))


def _roberta(config: ConfigFile) -> TextForm:
    """Positions are counted from the one behind the padding token's."""
    head = (("classifier.dense", "tanh"), ("classifier.out_proj", "none"))
    return _like_bert(config, "roberta", head=head, offset=config.index("pad_token_id", 1) + 1)


def _like_bert(config: ConfigFile, prefix: str, *, head: tuple[tuple[str, str], ...], offset: int = 0) -> TextForm:
    return TextForm(
        hidden=config.size("hidden_size"),
        heads=config.size("num_attention_heads"),
        layers=config.size("num_hidden_layers"),
        eps=float(config.values.get("layer_norm_eps", 1e-12)),
        activation=str(config.values.get("hidden_act", "gelu")),
        embeddings=f"{prefix}.embeddings",
        layer=f"{prefix}.encoder.layer",
        modules=bert.MODULES,
        norms=_BERT_NORMS,
        head=head,
        offset=offset,
    )


def _distilbert(config: ConfigFile) -> TextForm:
    return TextForm(
        hidden=config.size("dim"),
        heads=config.size("n_heads"),
        layers=config.size("n_layers"),
        eps=1e-12,
        activation=str(config.values.get("activation", "gelu")),
        embeddings="distilbert.embeddings",
        layer="distilbert.transformer.layer",
        modules=distilbert.MODULES,
        norms=("sa_layer_norm", "output_layer_norm"),
        head=(("pre_classifier", "relu"), ("classifier", "none")),
        token_types=False,
    )


_FORMS: dict[str, Callable[[ConfigFile], TextForm]] = {"bert": _bert, "roberta": _roberta, "distilbert": _distilbert}
