"""Maps of granted ranks."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from wfsim.errors import UsageError
from wfsim.figures import _style
from wfsim.figures.kept_ranks import kept_ranks


def test_the_map_and_the_shares(write_run, controlled_records) -> None:
    figure = kept_ranks([write_run("a", controlled_records())])
    chart, shares = figure.axes
    pixels = np.asarray(chart.images[0].get_array())
    assert pixels.shape == (2, 4, 3)
    all_ranks, one = pixels[0, 0], pixels[0, 1]
    assert not np.allclose(all_ranks, one)
    assert np.allclose(pixels[:, 3], all_ranks) and np.allclose(pixels[:, 2], one)
    assert np.allclose(pixels[1, 1], to_rgb(_style.VERMILION))  # held back
    assert [label.get_text() for label in shares.get_yticklabels()] == ["held", "1", "4"]
    assert [bar.get_width() for bar in shares.patches] == [12.5, 37.5, 50.0]
    assert figure.get_suptitle() == "budget, seed 1: ranks granted, the budget binds in 75 % of rounds"


def test_chosen_rounds(write_run, controlled_records) -> None:
    chart, _ = kept_ranks([write_run("a", controlled_records())], rounds=(2, 3)).axes
    assert chart.images[0].get_array().shape[1] == 2
    assert chart.images[0].get_extent()[:2] == [1.5, 3.5]


def test_a_round_without_a_grant_is_white(write_run, controlled_records) -> None:
    records = [r for r in controlled_records() if not (r.name == "granted" and r.round == 3 and r.device == "d00001")]
    chart, _ = kept_ranks([write_run("a", records)]).axes
    assert np.allclose(chart.images[0].get_array()[0, 2], 1.0)


def test_a_run_without_granted_ranks_is_an_error(write_run, asynchronous_records) -> None:
    with pytest.raises(UsageError, match="no ranks were granted in these rounds"):
        kept_ranks([write_run("a", asynchronous_records)])
