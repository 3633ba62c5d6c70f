"""DEFLATE around another codec."""

from __future__ import annotations

import zlib

from pydantic import Field

from wfsim.compress._packed import Packed


class Zlib(Packed, kind="zlib"):
    """Every fragment as a raw DEFLATE stream (RFC 1951) where that is shorter, behind a flag byte, without loss.

    Helps codes that are not equally likely (int4, qsgd at few levels, repeated zeros); signs and random fractions do
    not shrink. Positions of chosen entries are Rice-coded already. Error feedback goes around this, not into it.
    """

    level: int = Field(9, ge=1, le=9, description="effort: 1 is fastest, 9 shortest")

    def _compressed(self, data: bytes) -> bytes:
        stream = zlib.compressobj(self.level, wbits=-zlib.MAX_WBITS)
        return stream.compress(data) + stream.flush()

    def _expanded(self, data: bytes) -> bytes:
        return zlib.decompress(data, wbits=-zlib.MAX_WBITS)
