"""Fields that name a person's own file or folder: its content counts, not where it lies."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, PlainSerializer, SerializationInfo

_CONTENT_ONLY = "content only"


class IsPath:
    """Marks a text as a path: in a scenario file it is relative to that file."""


def _shown(path: str, info: SerializationInfo) -> str:
    return "" if info.context == _CONTENT_ONLY else path


def _content(path: str, info: SerializationInfo) -> str:
    """In a hash: the SHA-256 of the file, empty where there is none (what reads it says so)."""
    if info.context != _CONTENT_ONLY:
        return path
    file = opened(path)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


LocalPath = Annotated[str, IsPath(), Field(min_length=1), PlainSerializer(_shown, return_type=str)]
# A file whose content alone, byte for byte, is what a hash of the section holds.
LocalFile = Annotated[str, IsPath(), Field(min_length=1), PlainSerializer(_content, return_type=str)]


def is_path(annotation: Any) -> bool:
    """Whether an annotation, or a member of its union, is a `LocalPath`."""
    return any(isinstance(arg, IsPath) or is_path(arg) for arg in get_args(annotation))


def opened(path: str) -> Path:
    """The path of a field, `~` expanded."""
    return Path(path).expanduser()


def without_paths(section: BaseModel, exclude: set[str] | None = None) -> dict[str, Any]:
    """A section as plain values in which every local path is empty or a digest: what a hash of it may depend on."""
    return section.model_dump(mode="json", context=_CONTENT_ONLY, exclude=exclude)
