"""What nouns mean, and of which kind the thing is."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path

import numpy as np
from pydantic import Field

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data, Dataset
from wfsim.learning.data._examples import Examples, split_examples
from wfsim.local_path import LocalPath, opened

_ADVICE = "Debian's package wordnet-base brings /usr/share/wordnet"
_LICENCE = "  "  # how each line of the preamble begins
_SYNSET = re.compile(r"\d{8} (\d{2}) n [^|]* \| (.*\S)\s*")  # wndb(5WN): offset, lexicographer file, n, ... | gloss
_TOPS, _LAST = 3, 28  # lexnames(5WN): nouns are 03 to 28; 03 holds the unique beginners and is no supersense


class WordNet(Data, kind="wordnet"):
    """Glosses of WordNet's nouns (Fellbaum 1998) and their supersense, one of 25 (Ciaramita and Johnson 2003).

    A folder with `data.noun`: 82,064 rows in WordNet 3.0, from 11,587 artifacts to 42 motives. Classes are in the order
    of `lexnames`; what is taken are rows at equal steps through every class, so it depends on no seed.
    """

    path: LocalPath = Field(description="the folder", examples=["./wordnet"])
    train_examples: int | None = Field(
        None, ge=1, description="training examples, stratified by class; all others if null"
    )
    test_examples: int | None = Field(None, ge=1, description="test examples, stratified by class; a fifth if null")

    def load(self) -> Dataset:
        file = opened(self.path) / "data.noun"
        if not file.is_file():
            raise ScenarioError(f"no such file; {_ADVICE}", file=str(file))
        whole, digest = _read(file, file.stat().st_mtime_ns)
        rows = len(whole.labels)
        test = self.test_examples or max(rows // 5, 1)
        train = self.train_examples or rows - test
        if train < 1 or train + test > rows:
            raise ScenarioError(f"holds {rows} glosses, {train} and {test} are asked for", file=str(file))
        taken = whole.taken(whole.spread(train + test))
        return split_examples(taken, test_examples=test, classes=1 + int(whole.labels.max()), digest=digest)


@functools.lru_cache(maxsize=2)
def _read(file: Path, _changed_ns: int) -> tuple[Examples, str]:
    """Every gloss, and the SHA-256 of the file. Raises ScenarioError for the first line that is no synset of a noun."""
    raw = file.read_bytes()
    lines = enumerate(raw.decode("utf-8", "replace").split("\n"), start=1)
    rows = [_synset(file, number, line) for number, line in lines if line and not line.startswith(_LICENCE)]
    senses = [(sense, gloss) for sense, gloss in rows if sense != _TOPS]
    if not senses:
        raise ScenarioError("holds no noun with a supersense", file=str(file))
    labels = np.unique([sense for sense, _ in senses], return_inverse=True)[1].astype(np.int64)
    return Examples(inputs=tuple(gloss for _, gloss in senses), labels=labels), hashlib.sha256(raw).hexdigest()


def _synset(file: Path, number: int, line: str) -> tuple[int, str]:
    """Lexicographer file and gloss."""
    match = _SYNSET.fullmatch(line)
    if match is None:
        raise ScenarioError("is not a synset of a noun with a gloss (wndb, 5WN)", file=str(file), line=number)
    sense = int(match[1])
    if not _TOPS <= sense <= _LAST:
        message = f"lexicographer file {match[1]} holds no nouns; those are 03 to 28"
        raise ScenarioError(message, file=str(file), line=number)
    return sense, match[2]
