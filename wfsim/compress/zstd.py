"""Zstandard around another codec."""

from __future__ import annotations

import sys
from types import ModuleType

from pydantic import Field

from wfsim.compress._packed import Packed


class Zstd(Packed, kind="zstd"):
    """Every fragment as a Zstandard frame (RFC 8878) where that is shorter, behind a flag byte, without loss.

    Frames have no checksum and no dictionary id: packets are checked by the link. On fragments of a packet `zlib` is
    often shorter; see there for what shrinks. Error feedback goes around this, not into it.
    """

    level: int = Field(19, ge=1, le=22, description="effort: 1 is fastest, 22 shortest")

    def _compressed(self, data: bytes) -> bytes:
        zstd = _zstd()
        frame = zstd.CompressionParameter
        options = {frame.compression_level: self.level, frame.checksum_flag: 0, frame.dict_id_flag: 0}
        return zstd.compress(data, options=options)

    def _expanded(self, data: bytes) -> bytes:
        return _zstd().decompress(data)


def _zstd() -> ModuleType:
    """The standard library's module, or its backport for Python before 3.14."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
