"""Texts of fewer tokens than a model can use, found without tokenising all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from wfsim.errors import ScenarioError
from wfsim.learning.data import Texts
from wfsim.learning.families import TextInput
from wfsim.learning.tokens import open_tokenizer

SHORT_ADVICE = "leave such texts out, or let model.pack join them (language models)"
_LETTER = re.compile("[a-zA-Z0-9]")


def check_lengths(directory: Path, parts: Mapping[str, Texts], form: TextInput, *, least: int) -> None:
    """Raises ScenarioError for the first text of fewer than `least` (1 or 2) tokens, those around it included.

    Words of Latin letters or digits are a token each at least, so that only texts of fewer are tokenised.
    """
    for part, texts in parts.items():
        rows = [row for row, text in enumerate(texts) if not _has_words(text, least)]
        encodings = open_tokenizer(directory, form).encode_batch([texts[row] for row in rows])
        for row, encoding in zip(rows, encodings, strict=True):
            if len(encoding.ids) < least:
                raise ScenarioError(_message(part, row, texts[row], len(encoding.ids)), path="learning.data")


def _has_words(text: str, least: int) -> bool:
    return len(list(islice(filter(_LETTER.search, text.split()), least))) == least


def _message(part: str, row: int, text: str, tokens: int) -> str:
    """Which text it is, and how it begins."""
    why = "one token, which predicts nothing" if tokens else "no token"
    return f"{part} text {row + 1} ({text[:20]!a}) has {why}; {SHORT_ADVICE}"
