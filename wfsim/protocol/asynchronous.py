"""Aggregate every arrival."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from wfsim.protocol import Overtaken, Progress, Protocol


class Asynchronous(Protocol, kind="asynchronous"):
    """Every upload makes a version as it arrives, and its device starts again at once with the newest one.

    Uploads that arrive at the same instant make one version each, in order of device name. How much a stale update
    counts is the aggregator's `staleness`. Source: FedAsync (Xie et al. 2019, arXiv 1903.03934).
    """

    continuous: ClassVar[bool] = True

    overtaken: Overtaken = Field("finish", description="what a device does whose version is replaced while it works")

    def closes(self, progress: Progress) -> bool:
        return progress.arrived >= 1

    @property
    def takes(self) -> int | None:
        return 1
