"""Which encoders the packed trainer computes, from `config.json` alone."""

from __future__ import annotations

import pytest

from wfsim.learning.config_file import ConfigFile
from wfsim.learning.text_form import text_form

BERT = {"hidden_size": 48, "num_attention_heads": 4, "num_hidden_layers": 2}
DISTILBERT = {"dim": 48, "n_heads": 4, "n_layers": 2}


def form_of(family: str, **values):
    return text_form(family, ConfigFile(values, "config.json"))


def test_positions_of_roberta_begin_behind_the_padding_token() -> None:
    assert form_of("roberta", **BERT, pad_token_id=1).offset == 2
    assert form_of("bert", **BERT).offset == 0


def test_sizes_are_read_under_each_family_s_names() -> None:
    bert, distilbert = form_of("bert", **BERT, layer_norm_eps=1e-5), form_of("distilbert", **DISTILBERT)
    assert (bert.hidden, bert.heads, bert.layers, bert.eps) == (48, 4, 2, 1e-5)
    assert (distilbert.hidden, distilbert.heads, distilbert.layers) == (48, 4, 2)
    assert bert.token_types and not distilbert.token_types


@pytest.mark.parametrize(
    "other",
    [{"hidden_act": "relu"}, {"position_embedding_type": "relative_key"}, {"is_decoder": True}, {"hidden_size": 50}],
    ids=str,
)
def test_models_that_work_in_another_way_are_left_to_peft(other) -> None:
    assert form_of("bert", **{**BERT, **other}) is None


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_over_means_every_family_has_one_layer(family) -> None:
    values = DISTILBERT if family == "distilbert" else BERT
    form = text_form(family, ConfigFile(values, "config.json"), "mean")
    assert (form.pooling, form.head) == ("mean", (("classifier", "none"),))
    assert form_of(family, **values).pooling == "first"


@pytest.mark.parametrize("family", ["albert", "vit", "llama"])
def test_other_families_are_left_to_peft(family) -> None:
    assert form_of(family, **BERT) is None
