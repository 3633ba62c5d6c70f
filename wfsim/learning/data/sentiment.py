"""Short texts from four places, and whether they say good or bad things."""

from __future__ import annotations

import functools
import hashlib
import io
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data, Dataset
from wfsim.learning.data._examples import Examples, split_examples
from wfsim.local_path import LocalPath, opened

Domain = Literal["amazon", "movies", "nyt", "tweets"]
_FILES: dict[Domain, str] = {
    "amazon": "amazonReviewSnippets_GroundTruth.txt",
    "movies": "movieReviewSnippets_GroundTruth.txt",
    "nyt": "nytEditorialSnippets_GroundTruth.txt",
    "tweets": "tweets_GroundTruth.txt",
}
_ADVICE = "python -m pip download --no-deps --no-binary :all: vaderSentiment==0.5 brings them"
_WORST, _BEST = -4.0, 4.0


class Sentiment(Data, kind="sentiment"):
    """Positive (1) or negative (0) snippets of four places: movies, tweets, Amazon, NYT. The place is the key.

    From the source archive of vaderSentiment 0.5 (Hutto and Gilbert 2014), the tar in it, or a folder of its files:
    10,605, 4,200, 3,708 and 5,190 rows. The class is the sign of the mean rating of some 20 people, -4 to 4; rows
    within `neutral` of 0 are left out.
    """

    path: LocalPath = Field(description="archive (.zip, .tar.gz) or folder", examples=["./vaderSentiment-0.5.zip"])
    domains: tuple[Domain, ...] = Field(
        ("amazon", "movies", "nyt", "tweets"), min_length=1, description="places to take texts from"
    )
    neutral: float = Field(0.0, ge=0.0, lt=4.0, description="rows with a rating of at most this size are left out")
    test_examples: int | None = Field(
        None, ge=1, description="rows held out, stratified by class and place; a fifth if null"
    )

    @model_validator(mode="after")
    def _each_once(self) -> Sentiment:
        if len(set(self.domains)) < len(self.domains):
            raise ValueError("domains names a place twice")
        return self

    def load(self) -> Dataset:
        path = opened(self.path)
        files = _files(path)
        rows = [row for domain in sorted(self.domains) for row in _rows(path, domain, files)]
        kept = [row for row in rows if abs(row.rating) > self.neutral]
        count = self.test_examples or max(len(kept) // 5, 1)
        if count >= len(kept):
            message = f"{len(kept)} rows are too few to hold {count} out for testing"
            raise ScenarioError(message, file=str(path))
        digest = hashlib.sha256(b"".join(hashlib.sha256(files[name]).digest() for name in sorted(files)))
        return split_examples(_examples(kept), test_examples=count, classes=2, digest=digest.hexdigest())


class _Row(NamedTuple):
    domain: Domain
    rating: float
    text: str


def _examples(rows: list[_Row]) -> Examples:
    return Examples(
        inputs=tuple(row.text for row in rows),
        labels=np.array([row.rating > 0 for row in rows], np.int64),
        keys=tuple(row.domain for row in rows),
    )


def _files(path: Path) -> dict[str, bytes]:
    """Content of the files with ratings, by name. Raises ScenarioError where there are none."""
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in _FILES.values() if (path / name).is_file()}
    if not path.is_file():
        raise ScenarioError(f"no such archive or folder; {_ADVICE}", file=str(path))
    return _archived(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=2)
def _archived(path: Path, _changed_ns: int) -> dict[str, bytes]:
    try:
        raw = path.read_bytes()
        return _in_tar(_tar_in_zip(raw) if zipfile.is_zipfile(path) else raw)
    except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile) as error:
        raise ScenarioError(f"is no archive that can be read: {error}", file=str(path)) from None


def _tar_in_zip(raw: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        name = next((name for name in archive.namelist() if name.endswith(".tar.gz")), None)
        if name is None:
            raise zipfile.BadZipFile("holds no .tar.gz")
        return archive.read(name)


def _in_tar(raw: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name in _FILES.values() and (file := archive.extractfile(member)) is not None:
                found[name] = file.read()
    return found


def _rows(path: Path, domain: Domain, files: dict[str, bytes]) -> list[_Row]:
    name = _FILES[domain]
    if name not in files:
        raise ScenarioError(f"holds no {name}; {_ADVICE}", file=str(path))
    inside = f"{path}/{name}"
    try:
        lines = files[name].decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise ScenarioError("is not UTF-8", file=inside) from None
    return [_row(inside, number, domain, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _row(inside: str, number: int, domain: Domain, line: str) -> _Row:
    """Fields are number, mean rating and text, set apart by tabs."""
    _, rating, text = (*line.split("\t", 2), "", "")[:3]
    try:
        value = float(rating)
    except ValueError:
        value = float("nan")
    if not _WORST <= value <= _BEST or not text.strip():
        message = f"is not 'number, rating {_WORST:g} to {_BEST:g}, text' set apart by tabs"
        raise ScenarioError(message, file=inside, line=number)
    return _Row(domain, value, text.strip())
