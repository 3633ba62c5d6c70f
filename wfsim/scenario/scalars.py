"""Plain scalars as the YAML 1.2 core schema reads them (yaml.org/spec/1.2.2, section 10.3.2)."""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

MAX_DIGITS = 100
_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BASES = ((re.compile(r"[-+]?[0-9]+"), 10), (re.compile(r"0o[0-7]+"), 8), (re.compile(r"0x[0-9a-fA-F]+"), 16))
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def plain_scalar(text: str) -> Scalar:
    """The value of an unquoted scalar: `1e6` is a float, `off`, `yes`, `1_000` and `2024-01-01` are strings.

    A number beyond the range of a float is an infinity. Raises ValueError for an integer of more than 100 digits.

    >>> [plain_scalar(text) for text in ("1e6", "off", "0x10", "~", "-.inf")]
    [1000000.0, 'off', 16, None, -inf]
    """
    if text in _WORDS:
        return _WORDS[text]
    for pattern, base in _BASES:
        if pattern.fullmatch(text):
            return _integer(text, base)
    if _FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "")) if _SPECIAL.fullmatch(text) else text


def _integer(text: str, base: int) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a whole number of more than {MAX_DIGITS} digits")
    return int(text, base)
