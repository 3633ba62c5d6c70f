"""Data kind `text_file`."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data, Dataset, Texts
from wfsim.local_path import LocalPath, opened

_PIECES = {"paragraphs": (r"\n[ \t]*(?:\n[ \t]*)+", "\n\n"), "lines": (r"\n", "\n")}  # what divides, what joins


class TextFile(Data, kind="text_file"):
    """A plain text, UTF-8, for language models: its paragraphs, or its lines, are the examples, all of one class.

    Held out is the end of the file, or a file of its own, so that no neighbour of a training example is among them.
    Under `pack` (of the model) the pieces are joined again and cut into blocks of the model's `max_tokens`; else a
    longer piece loses what lies beyond.
    """

    path: LocalPath = Field(description="text file", examples=["./book.txt"])
    pieces: Literal["paragraphs", "lines"] = Field(
        "paragraphs", description="what an example is: paragraphs end at an empty line"
    )
    test_path: LocalPath | None = Field(None, description="file of the test examples")
    test_share: float = Field(0.1, gt=0.0, lt=1.0, description="share of the pieces held out if there is no test_path")

    def load(self) -> Dataset:
        train, train_bytes = self._pieces(opened(self.path))
        if self.test_path is not None:
            test, test_bytes = self._pieces(opened(self.test_path))
        else:
            train, test = self._divided(train)
            test_bytes = b""
        return Dataset(
            train_inputs=train,
            train_labels=np.zeros(len(train), np.int64),
            test_inputs=test,
            test_labels=np.zeros(len(test), np.int64),
            classes=1,
            digest=hashlib.sha256(hashlib.sha256(train_bytes).digest() + test_bytes).hexdigest(),
            joint=_PIECES[self.pieces][1],
        )

    def _pieces(self, file: Path) -> tuple[Texts, bytes]:
        if not file.is_file():
            raise ScenarioError("no such data file", file=str(file))
        raw = file.read_bytes()
        try:
            text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise ScenarioError(f"is not UTF-8 (byte {error.start})", file=str(file)) from None
        pieces = tuple(piece for piece in re.split(_PIECES[self.pieces][0], text) if piece.strip())
        if not pieces:
            raise ScenarioError("holds no text", file=str(file))
        return pieces, raw

    def _divided(self, pieces: Texts) -> tuple[Texts, Texts]:
        """All but the last ones, and the last ones, at least one on either side."""
        if len(pieces) < 2:
            advice = "divide it otherwise (learning.data.pieces) or give a test_path"
            message = f"has {len(pieces)} of {self.pieces}, too few to hold one out; {advice}"
            raise ScenarioError(message, file=str(opened(self.path)))
        held_out = min(max(round(self.test_share * len(pieces)), 1), len(pieces) - 1)
        return pieces[:-held_out], pieces[-held_out:]
