"""Opening a measured file, and refusing it in one line that names the file and where it is wrong."""

from __future__ import annotations

from pathlib import Path

from wfsim.errors import ScenarioError
from wfsim.local_path import opened


def refused(file: Path, message: str, line: int | None = None) -> ScenarioError:
    """The error for a file, at a line of it."""
    return ScenarioError(message, file=str(file), line=line)


def bytes_of(path: str) -> tuple[Path, bytes]:
    """The file and its content. Raises ScenarioError where there is none, or nothing in it."""
    file = opened(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise refused(file, f"cannot be read: {error.strerror or error}") from None
    if not raw.strip():
        raise refused(file, "is empty")
    return file, raw


def lines_of(path: str) -> tuple[Path, list[str]]:
    """The file and its lines. Raises ScenarioError for a binary one, with the line of the first such byte."""
    file, raw = bytes_of(path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(file, f"is binary: byte {raw[error.start]:#04x} is no text", _line(raw, error.start)) from None
    if "\0" in text:
        raise refused(file, "is binary: byte 0x00 is no text", _line(raw, raw.index(0)))
    return file, text.splitlines()


def _line(raw: bytes, position: int) -> int:
    return raw.count(b"\n", 0, position) + 1
