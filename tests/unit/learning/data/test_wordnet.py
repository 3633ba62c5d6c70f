"""A `data.noun` of a few lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data

LICENCE = "  1 This software and database is being provided to you  \n  2 by Princeton  \n"
TOP = "00001740 03 n 01 entity 0 003 ~ 00001930 n 0000 | that which is perceived  \n"


def synset(number: int, sense: int) -> str:
    return f'{number:08d} {sense:02d} n 01 word{number} 0 001 @ 00001740 n 0000 | gloss {number}; "a | b"  \n'


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "data.noun").write_text(text)
    return folder


def load(folder: Path, **fields):
    return Data.parse({"kind": "wordnet", "path": str(folder), **fields}).load()


TEXT = LICENCE + TOP + "".join(synset(n, (28, 4, 18, 18)[n % 4]) for n in range(20))


def test_glosses_and_supersenses(tmp_path) -> None:
    dataset = load(write(tmp_path, TEXT), test_examples=4)
    assert (dataset.classes, len(dataset.train_inputs), len(dataset.test_inputs)) == (3, 16, 4)
    number = {f'gloss {n}; "a | b"': (2, 0, 1, 1)[n % 4] for n in range(20)}
    for texts, labels in (
        (dataset.train_inputs, dataset.train_labels),
        (dataset.test_inputs, dataset.test_labels),
    ):
        assert [number[text] for text in texts] == labels.tolist()
    assert np.bincount(dataset.test_labels).tolist() == [1, 2, 1]


def test_unique_beginners_are_no_class(tmp_path) -> None:
    dataset = load(write(tmp_path, TEXT))
    assert "that which is perceived" not in dataset.train_inputs + dataset.test_inputs


def test_a_part_of_it_is_stratified_and_the_same_every_time(tmp_path) -> None:
    one, two = (load(write(tmp_path, TEXT), train_examples=8, test_examples=4) for _ in range(2))
    assert np.bincount(one.train_labels).tolist() == [2, 4, 2] and np.bincount(one.test_labels).tolist() == [1, 2, 1]
    assert one.train_inputs == two.train_inputs


def test_more_than_there_is_is_refused(tmp_path) -> None:
    with pytest.raises(ScenarioError, match=r"data\.noun: holds 20 glosses, 18 and 4 are asked for"):
        load(write(tmp_path, TEXT), train_examples=18)


@pytest.mark.parametrize(
    "line",
    [
        "00000001 18 n 01 word 0 000  \n",
        "00000001 18 v 01 word 0 000 | a verb  \n",
        "0001 18 n 01 word 0 000 | a gloss  \n",
        "00000001 18 n 01 word 0 000 |   \n",
        "<html>\n",
    ],
)
def test_a_malformed_line_is_refused_with_its_number(tmp_path, line) -> None:
    with pytest.raises(ScenarioError, match=r"data\.noun:24: is not a synset of a noun"):
        load(write(tmp_path, TEXT + line + synset(99, 5)))


@pytest.mark.parametrize("sense", [2, 29, 44])
def test_a_lexicographer_file_without_nouns_is_refused(tmp_path, sense) -> None:
    with pytest.raises(ScenarioError, match=rf"data\.noun:24: lexicographer file {sense:02d} holds no nouns"):
        load(write(tmp_path, TEXT + synset(99, sense)))


def test_a_file_cut_in_the_middle_of_a_line_is_refused(tmp_path) -> None:
    with pytest.raises(ScenarioError, match=r"data\.noun:23: is not a synset"):
        load(write(tmp_path, TEXT[: TEXT.rindex("| gloss")]))


@pytest.mark.parametrize("text", ["", LICENCE, LICENCE + TOP])
def test_no_supersense_at_all_is_refused(tmp_path, text) -> None:
    with pytest.raises(ScenarioError, match="holds no noun with a supersense"):
        load(write(tmp_path, text))


def test_a_missing_folder_says_where_it_comes_from(tmp_path) -> None:
    with pytest.raises(ScenarioError, match=r"none/data\.noun: no such file; Debian's package wordnet-base"):
        load(tmp_path / "none")
