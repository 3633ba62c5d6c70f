"""What devices did in their turns, and what became of their updates."""

from __future__ import annotations

from wfsim.trace.record import Record, record


@record
class DeviceReady(Record):
    """A device as drawn: its effective compute speed (null: takes no time) and the number of its training examples."""

    group = "device"
    device: str
    flops_per_s: float | None
    samples: int


@record
class ComputeStarted(Record):
    """Local training begins: `steps` optimiser steps, `flops` floating-point operations."""

    group = "device"
    device: str
    round: int
    steps: int
    flops: float


@record
class ComputeEnded(Record):
    """Local training is over after `compute_s`; `energy_j` was drawn for it. `finished` is false if it was cut."""

    group = "device"
    device: str
    round: int
    compute_s: float
    energy_j: float
    finished: bool


@record
class DeviceLate(Record):
    """The round closed, or a new version came, while the device was in `phase` (download, compute, request, upload).

    `fate`: `abandon` (it gives its turn up), `restart` (it begins again with the new version), `crash` (it failed),
    `server_crash` (the server did) or `end` (the run is over). Of a device that lets go during its upload nothing is
    used.
    """

    group = "device"
    device: str
    round: int
    phase: str
    fate: str


@record
class UpdateHeld(Record):
    """A device has trained and does not send: its update is added to its next one."""

    group = "device"
    device: str
    round: int


@record
class UpdateEncoded(Record):
    """Sizes that the values decided: bytes and adapter entries of every fragment, in order of sending."""

    group = "learning"
    device: str
    round: int
    fragment_bytes: list[int]
    fragment_entries: list[int]


@record
class UpdateArrived(Record):
    """An upload is over at the server. `coverage` = delivered entries / sent entries, 0 where nothing came.

    `staleness` counts the versions made while it was on its way; `round_closed` those until it is used.
    """

    group = "device"
    device: str
    round: int
    transfer: str
    base_version: int
    coverage: float
    staleness: int
