"""RoBERTa (Liu et al. 2019): BERT's layers, positions counted from the padding token on, a classifier of two layers."""

from __future__ import annotations

from wfsim.learning.families import Encoder, HeadModule, Source, family
from wfsim.learning.families._layers import text_input
from wfsim.learning.families.bert import bert_layers, bert_others
from wfsim.messages import PairShape


@family("roberta")
def read(source: Source) -> Encoder:
    """`RobertaForSequenceClassification`."""
    hidden, pad_id = source.config.size("hidden_size"), source.config.index("pad_token_id", 1)
    positions = source.config.size("max_position_embeddings") - pad_id - 1
    head = (PairShape("classifier.dense", hidden, hidden), PairShape("classifier.out_proj", source.classes, hidden))
    return Encoder(
        family="roberta",
        model_class="RobertaForSequenceClassification",
        input=text_input(source, positions=positions, pad_id=pad_id),
        tokens=source.max_tokens,
        embedding_flops=0,
        blocks=bert_layers(source, "roberta"),
        head=(HeadModule(name="classifier", linears=head),),
        others=bert_others(source, "roberta"),
    )
