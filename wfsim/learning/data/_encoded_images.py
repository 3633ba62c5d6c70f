"""PNG and JPEG images out of cells of a table."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BASE64 = ("iVBORw0KGgo", "/9j/")  # how every PNG and every JPEG begins
_FORMATS = ("PNG", "JPEG")
_GREY, _COLOUR = ("1", "L"), ("P", "LA", "PA", "RGB", "RGBA", "CMYK", "YCbCr")


class Fault(NamedTuple):
    """The row, counted from 1, of an image that cannot be used, and why."""

    row: int
    message: str


def image_bytes(value: Any, folder: Path) -> bytes:
    """An encoded image from a cell: bytes, base64 text, a path relative to `folder`, or a mapping {bytes, path}.

    Raises ValueError for anything else, OSError for a file that cannot be read.
    """
    if isinstance(value, Mapping):
        value = value.get("bytes") or value.get("path")
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected a path, base64 or bytes, got {type(value).__name__}")
    if value.startswith("data:"):
        value = value.partition(",")[2]
    return base64.b64decode(value, validate=True) if value.startswith(_BASE64) else (folder / value).read_bytes()


@functools.lru_cache(maxsize=4)
def decode_images(encoded: tuple[bytes, ...]) -> tuple[NDArray[np.uint8], Fault | None]:
    """Images [n, h, w] if all are grey, else [n, h, w, 3], of one size; or the first fault, and an empty array."""
    images: list[NDArray[np.uint8]] = []
    for row, raw in enumerate(encoded, start=1):
        try:
            images.append(_decoded(raw))
        except ValueError as error:
            return np.empty(0, np.uint8), Fault(row, str(error))
        if images[-1].shape[:2] != images[0].shape[:2]:
            (height, width), (first_height, first_width) = images[-1].shape[:2], images[0].shape[:2]
            sizes = f"is {width} x {height} pixels, the first is {first_width} x {first_height}"
            return np.empty(0, np.uint8), Fault(row, f"{sizes}; give all images one size")
    grey = all(image.ndim == 2 for image in images)
    return np.stack(images if grey else [_coloured(image) for image in images]), None


def _decoded(raw: bytes) -> NDArray[np.uint8]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
            image.verify()  # the checksums of PNG; decoding alone does not look at them
        with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
            if image.mode not in _GREY + _COLOUR:
                raise ValueError(f"has pixels of type {image.mode}; needs 8 bits a channel")
            return np.asarray(image.convert("L" if image.mode in _GREY else "RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("is not a whole PNG or JPEG image") from error


def _coloured(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image
