"""DistilBERT (Sanh et al. 2019): BERT's layers without a pooler; a new layer before the classifier takes its place."""

from __future__ import annotations

from wfsim.learning.families import Encoder, HeadModule, Source, family
from wfsim.learning.families._layers import classifier, layer_blocks, text_input
from wfsim.messages import PairShape

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
    )
