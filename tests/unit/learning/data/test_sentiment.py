"""The four files as a folder, as a tar, and as a tar in a zip."""

from __future__ import annotations

import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data

FILES = ("amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets", "tweets")
RATINGS = (-3.5, 2.0, 0.0, -0.5, 1.5, -2.0, 3.0, -1.0, 0.5, 4.0)


def write(folder: Path, bad: str = "") -> Path:
    """Ten rows a file, of which one is rated zero; `bad` ends the tweets."""
    folder.mkdir()
    for name in FILES:
        rows = [f"{n}_1\t{rating}\t{name} says\t{n}" for n, rating in enumerate(RATINGS)]
        text = "\r\n".join([*rows, bad] if name == "tweets" and bad else rows)
        (folder / f"{name}_GroundTruth.txt").write_bytes(text.encode("utf-8-sig"))
    return folder


def load(path: Path, **fields):
    return Data.parse({"kind": "sentiment", "path": str(path), **fields}).load()


def tarred(folder: Path, to: Path) -> Path:
    with tarfile.open(to, "w:gz") as archive:
        archive.add(folder, arcname="hutto_ICWSM_2014")
    return to


def test_ratings_become_classes_and_places_become_keys(tmp_path) -> None:
    dataset = load(write(tmp_path / "s"), test_examples=8)
    assert (dataset.classes, len(dataset.train_inputs), len(dataset.test_inputs)) == (2, 28, 8)
    positive = {f"{name} says\t{n}": RATINGS[n] > 0 for name in FILES for n in range(10)}
    assert [positive[text] for text in dataset.train_inputs] == dataset.train_labels.tolist()
    assert Counter(dataset.test_keys) == dict.fromkeys(("amazon", "movies", "nyt", "tweets"), 2)
    starts = {"amazon": "amazon", "movies": "movie", "nyt": "nyt", "tweets": "tweets"}
    assert all(text.startswith(starts[key]) for text, key in zip(dataset.train_inputs, dataset.train_keys))


def test_archives_hold_the_same(tmp_path) -> None:
    folder = write(tmp_path / "s")
    tar = tarred(folder, tmp_path / "s.tar.gz")
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.write(tar, "vaderSentiment-0.5/additional_resources/hutto.tar.gz")
    one, two, three = (load(path) for path in (folder, tar, tmp_path / "s.zip"))
    assert one.train_inputs == two.train_inputs == three.train_inputs
    assert one.digest == two.digest == three.digest


def test_chosen_places_and_clear_ratings(tmp_path) -> None:
    dataset = load(write(tmp_path / "s"), domains=["nyt", "tweets"], neutral=1.0, test_examples=2)
    assert set(dataset.train_keys) == {"nyt", "tweets"}
    assert len(dataset.train_labels) + len(dataset.test_labels) == 2 * 6
    assert np.bincount(dataset.test_labels).tolist() == [1, 1]


@pytest.mark.parametrize("bad", ["11\tgood\tx", "11\t4.5\tx", "11\tnan\tx", "11\t2.0\t ", "11\t2.0", "11"])
def test_a_malformed_line_is_refused_with_its_number(tmp_path, bad) -> None:
    with pytest.raises(ScenarioError, match=r"tweets_GroundTruth\.txt:11: is not 'number, rating -4 to 4, text'"):
        load(write(tmp_path / "s", bad))


def test_what_is_not_there_says_where_it_comes_from(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="none: no such archive or folder; python -m pip download"):
        load(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match=r"empty: holds no amazonReviewSnippets_GroundTruth\.txt"):
        load(tmp_path / "empty")


def test_a_damaged_archive_is_refused(tmp_path) -> None:
    tar = tarred(write(tmp_path / "s"), tmp_path / "s.tar.gz")
    tar.write_bytes(tar.read_bytes()[:200])
    with pytest.raises(ScenarioError, match=r"s\.tar\.gz: is no archive that can be read"):
        load(tar)
    (tmp_path / "x.zip").write_bytes(b"no archive")
    with pytest.raises(ScenarioError, match=r"x\.zip: is no archive that can be read"):
        load(tmp_path / "x.zip")


def test_too_few_rows_and_a_place_named_twice(tmp_path) -> None:
    with pytest.raises(ScenarioError, match="8 rows are too few to hold 8 out"):
        load(write(tmp_path / "s"), neutral=3.0, test_examples=8)
    with pytest.raises(ValidationError, match="names a place twice"):
        Data.parse({"kind": "sentiment", "path": "s", "domains": ["nyt", "nyt"]})
