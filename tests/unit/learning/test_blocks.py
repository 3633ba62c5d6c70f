"""Texts joined and cut into blocks."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.blocks import cut, packed
from wfsim.learning.data import Dataset
from wfsim.learning.families import TextInput
from wfsim.learning.tokens import tokenise

FORM = TextInput(max_tokens=8, vocabulary=24, pad_id=0)


def tokens_of(folder: Path, texts: tuple[str, ...], form: TextInput = FORM) -> list[list[int]]:
    ids, mask = tokenise(folder, texts, form)
    return [row[: kept.sum()].tolist() for row, kept in zip(ids, mask, strict=True)]


def long_form(text: str) -> TextInput:
    return replace(FORM, max_tokens=len(text))


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_blocks_are_full_and_together_the_text(language_model, book, family) -> None:
    folder, text = language_model(family), book.read_text()
    blocks = cut(folder, text, FORM)
    begins = family == "llama"
    found, (whole,) = tokens_of(folder, blocks), tokens_of(folder, (text,), long_form(text))
    assert all(len(row) == FORM.max_tokens for row in found[:-1])
    assert [token for row in found for token in row[begins:]] == whole[begins:]
    assert "".join(blocks) == text


def test_a_tokenizer_of_parts_of_words_is_cut_between_words(tmp_path, language_model) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    letters = {letter: n for n, letter in enumerate(["Ġ", *"abcdefgh"])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(letters, []))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = tokenizers.processors.ByteLevel(trim_offsets=True)
    folder = Path(shutil.copytree(language_model("gpt2"), tmp_path / "letters"))
    tokenizer.save(str(folder / "tokenizer.json"))
    text = "abc def gh aaaaaaaaaaaa b c"
    blocks = cut(folder, text, FORM)
    assert blocks[0] == "abc def" and "".join(blocks) == text
    (whole,) = tokens_of(folder, (text,), long_form(text))
    assert [token for row in tokens_of(folder, blocks) for token in row] == whole


def prefixed(folder: Path) -> Path:
    """A tokenizer that puts a space before every text and cuts between any letters, as Llama 2's and Mistral's do."""
    tokenizers = pytest.importorskip("tokenizers")
    letters = {letter: n for n, letter in enumerate(["<unk>", "<s>", "\u2581", *"abcdefgh"])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE(letters, [], unk_token="<unk>"))
    normalizers = tokenizers.normalizers
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize("tokens", [8, 3])
def test_a_tokenizer_that_puts_a_space_before_every_piece_loses_no_token(tmp_path, tokens) -> None:
    folder, form, text = prefixed(tmp_path), replace(FORM, max_tokens=tokens), "abc def gh abcdefgh aaaa b c"
    blocks = cut(folder, text, form)
    assert "".join(blocks) in (text, text[:-1])
    assert [row[2:] for row in tokens_of(folder, blocks, form)] == [
        row[2:] for row in tokens_of(folder, blocks, long_form(text * 2))
    ]
    assert all(len(row) == tokens for row in tokens_of(folder, blocks[:-1], form))


def dataset(**changes) -> Dataset:
    texts = ("the cat sat", "the dog ran", "the old red house") * 4
    zeros = np.zeros(12, np.int64)
    fields = {"train_inputs": texts, "train_labels": zeros, "test_inputs": texts[:3], "test_labels": zeros[:3]}
    return Dataset(**{**fields, "classes": 1, "digest": "", **changes})


def test_texts_of_one_class_and_key_share_blocks(language_model) -> None:
    keys, labels = ("a", "b") * 6, np.arange(12) // 6
    mixed = dataset(train_labels=labels, train_keys=keys, test_keys=("a", "b", "a"), classes=2)
    found = packed(language_model("gpt2"), mixed, FORM)
    groups = list(zip(found.train_labels.tolist(), found.train_keys, strict=True))
    assert groups == sorted(groups) and set(groups) == {(0, "a"), (0, "b"), (1, "a"), (1, "b")}
    assert len(found.train_inputs) == len(groups) == len(found.train_labels)
    assert found.test_keys == ("a", "b")


def test_texts_are_joined_by_the_token_that_ends_a_text_or_by_what_the_data_say(tmp_path, language_model) -> None:
    folder = language_model("gpt2")
    assert packed(folder, dataset(), FORM).train_inputs[0] == "the cat sat</s>the dog ran</s>"
    assert packed(folder, dataset(joint=" . "), FORM).train_inputs[0].startswith("the cat sat . the dog")
    without = Path(shutil.copytree(folder, tmp_path / "model"))
    config = json.loads((without / "config.json").read_text())
    (without / "config.json").write_text(json.dumps({**config, "eos_token_id": None}))
    assert packed(without, dataset(), FORM).train_inputs[0].startswith("the cat sat\nthe dog")


def test_a_set_of_one_token_is_refused(language_model) -> None:
    with pytest.raises(ScenarioError, match="the held-out texts have fewer than 2 tokens"):
        packed(language_model("gpt2"), dataset(test_inputs=("cat",), test_labels=np.zeros(1, np.int64)), FORM)
