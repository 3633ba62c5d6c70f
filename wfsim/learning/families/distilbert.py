"""DistilBERT (Sanh et al. 2019): BERT's layers without a pooler; a new layer before the classifier takes its place."""

from __future__ import annotations

from wfsim.learning.families import Encoder, HeadModule, Source, family
from wfsim.learning.families._layers import classifier, embeddings, layer_blocks, norm, text_input
from wfsim.messages import PairShape, TensorShape

MODULES = ("attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin", "ffn.lin1", "ffn.lin2")


@family("distilbert")
def read(source: Source) -> Encoder:
    """`DistilBertForSequenceClassification`."""
    config = source.config
    hidden, pad_id = config.size("dim"), config.index("pad_token_id", 0)
    sizes = {"hidden": hidden, "intermediate": config.size("hidden_dim"), "rows": source.max_tokens}
    first = HeadModule(name="pre_classifier", linears=(PairShape("pre_classifier", hidden, hidden),))
    return Encoder(
        family="distilbert",
        model_class="DistilBertForSequenceClassification",
        input=text_input(source, positions=config.size("max_position_embeddings"), pad_id=pad_id),
        tokens=source.max_tokens,
        embedding_flops=0,
        blocks=tuple(
            block
            for layer in range(config.size("n_layers"))
            for block in layer_blocks(f"distilbert.transformer.layer.{layer}", MODULES, **sizes)
        ),
        head=(first, classifier(source.classes, hidden)),
        others=(*embeddings(source, "distilbert", hidden, token_types=False), *_norms(source)),
    )


def _norms(source: Source) -> tuple[TensorShape, ...]:
    width, layers = source.config.size("dim"), range(source.config.size("n_layers"))
    names = [
        f"distilbert.transformer.layer.{i}.{part}" for i in layers for part in ("sa_layer_norm", "output_layer_norm")
    ]
    return tuple(tensor for name in names for tensor in norm(name, width))
