"""The column that says whose a row is."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data

SITES = ["north", "south", "south", "east", "south"] * 8


@pytest.fixture
def load(tmp_path):
    """Loads forty rows as JSON lines, with fields of the data part."""

    def load(sites: list, **fields):
        rows = [{"text": f"t {n}", "label": n % 2, "site": site} for n, site in enumerate(sites)]
        (tmp_path / "t").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return Data.parse({"kind": "jsonl", "path": str(tmp_path / "t"), **fields}).load()

    return load


def test_keys_stay_with_their_rows(load) -> None:
    dataset = load(SITES, key="site")
    for texts, keys in ((dataset.train_inputs, dataset.train_keys), (dataset.test_inputs, dataset.test_keys)):
        assert [SITES[int(text[2:])] for text in texts] == list(keys)


def test_what_is_held_out_has_every_key_in_proportion(load) -> None:
    """Without the key, every fifth row of a class would be of one and the same site."""
    counts = Counter(load(SITES, key="site", test_examples=10).test_keys)
    assert counts == {"north": 2, "south": 6, "east": 2}


def test_without_the_field_there_are_no_keys(load) -> None:
    assert load(SITES).train_keys is None and load(SITES).test_keys is None


def test_whole_numbers_are_names_too(load) -> None:
    assert set(load([1, 2] * 20, key="site").train_keys) == {"1", "2"}


@pytest.mark.parametrize("bad", [None, "", 1.5])
def test_a_row_without_a_name_is_refused(load, bad) -> None:
    with pytest.raises(ScenarioError, match=r"row 3, column 'site': expected a name \(text or whole number\), got"):
        load(["a", "b", bad, *SITES], key="site")


def test_an_unknown_column_is_refused(load) -> None:
    with pytest.raises(
        ScenarioError, match=r"has no column 'sites' \(did you mean 'site'\?\); columns: text, label, site"
    ):
        load(SITES, key="sites")
