"""Aggregate every few arrivals, whoever they come from."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.protocol import Overtaken, Progress, Protocol


class Buffered(Protocol, kind="buffered"):
    """A version is made of the first `buffer` uploads that wait; devices that are done start again at once.

    Source: FedBuff (Nguyen et al. 2022, arXiv 2106.06639). How much a stale update counts is the aggregator's
    `staleness`. With `buffer` = all devices, equal and started together, every round is a synchronous one.
    """

    continuous: ClassVar[bool] = True

    buffer: int = Field(ge=1, description="uploads that make a version", examples=[2])
    overtaken: Overtaken = Field("finish", description="what a device does whose version is replaced while it works")

    def closes(self, progress: Progress) -> bool:
        return progress.arrived >= self.buffer

    @property
    def takes(self) -> int | None:
        return self.buffer
