"""The structure of updates over versions."""

from __future__ import annotations

import pytest

from wfsim.errors import UsageError
from wfsim.figures.spectra import spectra


def _values(axes, number: int = 0) -> list[float]:
    return list(axes.lines[number].get_ydata())


def test_panels_hold_what_was_measured_per_version(write_run, controlled_records) -> None:
    spread, off_diagonal, error, covariance = spectra([write_run("a", controlled_records())]).axes
    assert list(spread.lines[0].get_xdata()) == [1, 2, 3, 4]
    assert _values(spread) == pytest.approx([1.1, 1.2, 1.3, 1.4])
    assert _values(off_diagonal) == pytest.approx([20.0, 10.0, 20.0 / 3, 5.0])
    assert _values(error, 0) == pytest.approx([10.0] * 4)
    assert _values(error, 1) == pytest.approx([5.0] * 4)
    assert error.lines[1].get_linestyle() == ":"
    assert _values(covariance) == pytest.approx([0.1, 0.05, 0.1 / 3, 0.025])


def test_experiments_are_told_apart(write_run, controlled_records) -> None:
    runs = [write_run(f"p{p}", controlled_records(), learning={"penalty": p}) for p in ("none", "gram")]
    figure = spectra(runs)
    assert [len(axes.lines) for axes in figure.axes] == [2, 2, 4, 2]
    (legend,) = figure.legends
    assert {"none", "gram"} <= {text.get_text() for text in legend.get_texts()}


def test_a_run_that_measured_nothing_is_an_error(write_run, asynchronous_records) -> None:
    with pytest.raises(UsageError, match="run it with trace.updates=true"):
        spectra([write_run("a", asynchronous_records)])
