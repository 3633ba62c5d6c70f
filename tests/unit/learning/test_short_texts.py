"""Texts of too few tokens are found before anything is trained."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data import Dataset
from wfsim.learning.families import TextInput, read_encoder
from wfsim.learning.inputs import check_inputs, prepared
from wfsim.learning.short_texts import check_lengths

FORM = TextInput(max_tokens=8, vocabulary=24, pad_id=0)
LONG = ("the cat", "sat on the mat")


def dataset(train=LONG, test=LONG) -> Dataset:
    labels = [np.zeros(len(texts), np.int64) for texts in (train, test)]
    return Dataset(
        train_inputs=train, train_labels=labels[0], test_inputs=test, test_labels=labels[1], classes=1, digest=""
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"train": (*LONG, "cat")}, r"learning.data: training text 3 \('cat'\) has one token, which predicts nothing"),
        ({"test": ("...", *LONG)}, r"learning.data: test text 1 \('...'\) has one token"),
        ({"test": ("\u2003", *LONG)}, r"test text 1 \('\\u2003'\) has no token"),
    ],
)
def test_a_language_model_needs_two_tokens_unless_texts_are_joined(language_model, changes, says) -> None:
    folder = language_model("gpt2")
    encoder = read_encoder(folder, classes=1, max_tokens=8)
    check_inputs(folder, encoder, dataset())
    with pytest.raises(ScenarioError, match=says) as caught:
        check_inputs(folder, encoder, dataset(**changes))
    assert "\n" not in str(caught.value)
    check_inputs(folder, encoder, dataset(**changes), joined=True)


def test_the_token_that_begins_a_text_counts(language_model) -> None:
    folder = language_model("llama")
    check_inputs(folder, read_encoder(folder, classes=1, max_tokens=8), dataset(train=("cat", *LONG)))


def test_a_classifier_needs_one(language_model) -> None:
    folder = language_model("gpt2")
    check_lengths(folder, {"training": ("cat", *LONG)}, FORM, least=1)
    with pytest.raises(ScenarioError, match="training text 2 .* has no token"):
        check_lengths(folder, {"training": ("cat", "\u3000 ")}, FORM, least=1)


def test_words_that_a_tokenizer_makes_one_token_of_are_found_when_they_are_prepared(language_model, tmp_path) -> None:
    tokenizers, torch = pytest.importorskip("tokenizers"), pytest.importorskip("torch")
    folder = language_model("gpt2")
    encoder = read_encoder(folder, classes=1, max_tokens=8)
    whole = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<unk>": 0, "the cat": 1, "|": 2}, unk_token="<unk>"))
    whole.save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(ScenarioError, match=r"learning.data: text 1 has fewer tokens than the model needs \(2\)"):
        prepared(tmp_path, encoder, ("the cat",), torch.float32)
