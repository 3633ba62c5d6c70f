"""Texts joined and cut into blocks that fill a language model's input, so that few tokens are padding."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wfsim.errors import ScenarioError
from wfsim.learning.config_file import read_config
from wfsim.learning.data import Dataset
from wfsim.learning.families import TextInput
from wfsim.learning.tokens import open_tokenizer, tokenizer_file

_LEAST = 2  # tokens: one alone predicts nothing


class Group(NamedTuple):
    """What texts must share to lie in one block: class and owner."""

    label: int
    key: str | None


def packed(directory: Path, dataset: Dataset, form: TextInput) -> Dataset:
    """The data set with blocks in place of its texts, each of one class and one key. Raises ScenarioError."""
    train = _blocks(directory, dataset.train_inputs, _groups(dataset.train_labels, dataset.train_keys), form, dataset)
    test = _blocks(directory, dataset.test_inputs, _groups(dataset.test_labels, dataset.test_keys), form, dataset)
    for part, blocks in (("training", train), ("held-out", test)):
        if not blocks:
            raise ScenarioError(f"the {part} texts have fewer than {_LEAST} tokens", path="learning.data")
    return dataclasses.replace(
        dataset,
        train_inputs=tuple(text for text, _ in train),
        train_labels=np.array([group.label for _, group in train], np.int64),
        train_keys=None if dataset.train_keys is None else tuple(str(group.key) for _, group in train),
        test_inputs=tuple(text for text, _ in test),
        test_labels=np.array([group.label for _, group in test], np.int64),
        test_keys=None if dataset.test_keys is None else tuple(str(group.key) for _, group in test),
    )


def cut(directory: Path, text: str, form: TextInput) -> tuple[str, ...]:
    """A text in pieces of at most `form.max_tokens` tokens each, special ones included; together they are the text.

    Cut where a word of the tokenizer begins, so that a piece gives the tokens that it gave within the text (bytes may
    differ at the start of a piece under a tokenizer that puts a space there, which may then be a token of its own, for
    which room is left); a longer word is cut within. A last piece of one token is left out.
    """
    path = tokenizer_file(directory)
    return _cut(path, path.stat().st_mtime_ns, text, form)


def _groups(labels: Sequence[int], keys: Sequence[str] | None) -> list[Group]:
    return [Group(int(label), None if keys is None else keys[row]) for row, label in enumerate(labels)]


def _blocks(
    directory: Path, texts: Sequence[str], groups: Sequence[Group], form: TextInput, dataset: Dataset
) -> list[tuple[str, Group]]:
    """Blocks group by group, in order of first appearance."""
    piles: dict[Group, list[str]] = {}
    for text, group in zip(texts, groups, strict=True):
        piles.setdefault(group, []).append(text)
    joint = _end_of_text(directory, form) if dataset.joint is None else dataset.joint
    return [(block, group) for group, pile in piles.items() for block in cut(directory, joint.join(pile), form)]


def _end_of_text(directory: Path, form: TextInput) -> str:
    """The token that ends a text as the config names it (the first of several), else a line break."""
    named = read_config(directory).values.get("eos_token_id")
    number = named[0] if isinstance(named, list) and named else named
    token = open_tokenizer(directory, form).id_to_token(number) if isinstance(number, int) and number >= 0 else None
    return "\n" if token is None else token


@functools.lru_cache(maxsize=256)
def _cut(path: Path, _changed_ns: int, text: str, form: TextInput) -> tuple[str, ...]:
    tokenizer = open_tokenizer(path.parent, form)
    encoding, special = tokenizer.encode(text, add_special_tokens=False), tokenizer.num_special_tokens_to_add(False)
    ends = [end for _, end in encoding.offsets]
    room, start, pieces = form.max_tokens - special, 0, []

    def piece_to(stop: int) -> str:
        return text[ends[start - 1] if start else 0 : ends[stop - 1] if stop < len(ends) else len(text)]

    while len(ends) - start >= _LEAST - min(special, 1):
        stop = _stop(encoding.word_ids, start, room)
        while stop - start > 1 and len(tokenizer.encode(piece_to(stop)).ids) > form.max_tokens:
            stop = _stop(encoding.word_ids, start, stop - start - 1)
        pieces.append(piece_to(stop))
        start = stop
    return tuple(pieces)


def _stop(words: Sequence[int | None], start: int, room: int) -> int:
    """The end of a piece of at most `room` tokens: where a word begins, if one does."""
    most = min(start + room, len(words))
    stop = most
    while start < stop < len(words) and words[stop] is not None and words[stop] == words[stop - 1]:
        stop -= 1
    return most if stop == start else stop
