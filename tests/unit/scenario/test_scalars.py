from __future__ import annotations

import math

import pytest

from wfsim.scenario.scalars import MAX_DIGITS, plain_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e6", 1e6),
        ("2.4e9", 2.4e9),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1e-3", -1e-3),
        ("1E+2", 100.0),
        ("7", 7),
        ("-7", -7),
        ("007", 7),
        ("0o17", 15),
        ("0xfF", 255),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("off", "off"),
        ("yes", "yes"),
        ("1_000", "1_000"),
        ("01:30", "01:30"),
        ("2024-01-01", "2024-01-01"),
        ("10 MHz", "10 MHz"),
        ("nan", "nan"),
        ("-0x10", "-0x10"),
        ("<<", "<<"),
    ],
)
def test_follows_the_core_schema(text: str, value: object) -> None:
    read = plain_scalar(text)
    assert (type(read), read) == (type(value), value)


def test_out_of_range_and_special_numbers_are_floats() -> None:
    assert [plain_scalar(text) for text in ("1e400", ".inf", "-.INF")] == [math.inf, math.inf, -math.inf]
    assert math.isnan(plain_scalar(".nan"))


@pytest.mark.parametrize("text", ["1" * (MAX_DIGITS + 1), "0x" + "f" * MAX_DIGITS])
def test_refuses_endless_integers(text: str) -> None:
    with pytest.raises(ValueError, match="more than 100 digits"):
        plain_scalar(text)
