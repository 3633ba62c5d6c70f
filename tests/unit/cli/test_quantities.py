from __future__ import annotations

import pytest

from wfsim.cli._quantities import number, percent, quantity


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (20, "20"),
        (17.94321, "17.94"),
        (9999.7, "10000"),
        (1234.5, "1234"),
        (123456.7, "123457"),
        (-2.5, "-2.5"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000.0, "1 kbit"), (999.0, "999 bit"), (12_345_678.0, "12.35 Mbit"), (0.0, "0 bit"), (1e13, "10 Tbit")],
)
def test_a_kilobit_is_a_thousand_bits(value: float, text: str) -> None:
    assert quantity(value, "bit") == text


def test_small_quantities() -> None:
    assert quantity(0.0025, "J") == "2.5 mJ"


def test_percent() -> None:
    assert [percent(share) for share in (0.0, 0.0321, 1.0)] == ["0 %", "3.21 %", "100 %"]
