"""The append-only, hash-chained journal that holds the records.

A journal line is one JSON object: `seq`, `type`, `t_s`, the record's fields, and `hash`, the BLAKE2b-128 of the
previous line's hash and this line's text before its hash. So the last hash (the *digest*, kept in the manifest)
vouches for every byte: same scenario, seed and versions, same bytes.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import orjson

from wfsim.errors import RunError
from wfsim.trace.record import Record
from wfsim.trace.rounds import RoundClosed

_GENESIS = "0" * 32

Sink = Callable[[dict[str, Any]], None]


class Journal:
    """Numbers, chains and hands every record to its sinks (a file, a table, a progress bar)."""

    def __init__(self, sinks: Iterable[Sink] = ()) -> None:
        self._sinks = list(sinks)
        self._seq = 0
        self.digest = _GENESIS
        self._halted = False

    def listen(self, sink: Sink) -> None:
        """Hand every record from now on to this sink too."""
        self._sinks.append(sink)

    def halt(self) -> None:
        """A process has died: what others still do at this instant must not pass for what happened."""
        self._halted = True

    def write(self, record: Record) -> None:
        """Append one record; nothing once the journal is halted."""
        if self._halted:
            return
        line = Written(seq=self._seq)
        line.update(record.payload())
        self._append(line, spell(line))

    def write_texts(self, texts: Sequence[bytes]) -> None:
        """Append records that were spelt elsewhere, without numbers; nothing once the journal is halted."""
        if self._halted:
            return
        for unnumbered in texts:
            text = b'{"seq":%d,%s' % (self._seq, unnumbered[1:])
            self._append(Written(orjson.loads(text)), text)

    def _append(self, line: Written, text: bytes) -> None:
        self.digest = _linked(self.digest, text)
        line["hash"], line.text = self.digest, b'%s,"hash":"%s"}\n' % (text[:-1], self.digest.encode())
        self._seq += 1
        for sink in self._sinks:
            sink(line)


class Written(dict[str, Any]):
    """A journal line as sinks get it, with its `text` in the file."""

    __slots__ = ("text",)
    text: bytes


class FileSink:
    """Appends journal lines to a file, flushed at every closed round so that a killed run leaves a readable journal.

    `held` are the lines that the file holds already, from an attempt that is resumed: they are compared, not written.
    """

    def __init__(self, path: Path, held: Sequence[Mapping[str, Any]] = ()) -> None:
        self._file = path.open("ab" if held else "wb")
        self._held, self.records = held, 0

    def __call__(self, line: dict[str, Any]) -> None:
        if self.records < len(self._held):
            self._compare(line, self._held[self.records])
        else:
            self._file.write(line.text if isinstance(line, Written) else spell(line) + b"\n")
        self.records += 1
        if line["type"] == RoundClosed.name:
            self._file.flush()

    def flush(self) -> int:
        """Hand everything to the system; the number of records so far."""
        self._file.flush()
        return self.records

    def _compare(self, line: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        if line["hash"] != held["hash"]:
            raise RunError(f"record {self.records} is not repeated as the journal holds it; --force starts afresh")

    def close(self) -> None:
        """Flush and close."""
        self._file.close()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal as dictionaries. Raises ValueError naming the line that is not a record."""
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            try:
                line = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: not a record: {error.msg}") from None
            if not isinstance(line, dict) or not {"seq", "type", "t_s", "hash"} <= line.keys():
                raise ValueError(f"{path}:{number}: not a record: needs seq, type, t_s and hash")
            yield line


def recover_journal(path: Path) -> list[dict[str, Any]]:
    """The sound lines at the beginning of a journal that may end anywhere; the file is cut after them."""
    lines: list[dict[str, Any]] = []
    digest, size = _GENESIS, 0
    for text in path.read_bytes().splitlines(keepends=True) if path.is_file() else ():
        line = _sound_line(text, digest)
        if line is None:
            break
        lines.append(line)
        digest, size = line["hash"], size + len(text)
    if path.is_file():
        os.truncate(path, size)
    return lines


def _sound_line(text: bytes, digest: str) -> dict[str, Any] | None:
    """A whole line that follows from the digest before it, None for any other."""
    try:
        line = orjson.loads(text) if text.endswith(b"\n") else None
    except ValueError:
        return None
    if not isinstance(line, dict) or "hash" not in line:
        return None
    body = {key: value for key, value in line.items() if key != "hash"}
    return line if _chain(digest, body) == line["hash"] else None


def check_chain(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One sentence per break of the hash chain or of the numbering."""
    digest = _GENESIS
    for seq, line in enumerate(lines):
        body = {key: value for key, value in line.items() if key != "hash"}
        digest = _chain(digest, body)
        if line["seq"] != seq:
            yield f"record {seq}: is numbered {line['seq']}"
        if line["hash"] != digest:
            yield f"record {seq}: hash {line['hash']} does not follow from the records before it"
            digest = line["hash"]


def _chain(digest: str, line: dict[str, Any]) -> str:
    return _linked(digest, spell(line))


def _linked(digest: str, text: bytes) -> str:
    return hashlib.blake2b(digest.encode() + text, digest_size=16).hexdigest()


def spell(line: Mapping[str, Any]) -> bytes:
    """A line as JSON. Raises ValueError where a number is not finite, of which JSON would make null."""
    text = orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY)
    if b"null" in text and text.count(b"null") > list(line.values()).count(None):
        _refuse_what_json_lacks(line)
    return text


def _refuse_what_json_lacks(value: object) -> None:
    if isinstance(value, Real) and not math.isfinite(value):
        raise ValueError(f"{value} is not a number that JSON has")
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for part in parts:
        _refuse_what_json_lacks(part)
