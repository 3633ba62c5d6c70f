"""What happened: one typed record per event. Records hold no wall time, host or path.

Groups: `network` and `device` records are the same whether or not anything is trained, unless control or codec look at
what was learned; `server` records say what the protocol and the controller did; `learning` records hold the facts that
the event loop read from training.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, ClassVar

FORMAT = 3

RECORDS: dict[str, type[Record]] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """Base of all records. `t_s` is simulated time in seconds."""

    group: ClassVar[str]
    name: ClassVar[str]
    t_s: float

    def __init_subclass__(cls, **rest: Any) -> None:
        super(Record, cls).__init_subclass__(**rest)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        RECORDS[cls.name] = cls

    def payload(self) -> dict[str, Any]:
        """Name and fields, in order of declaration, as JSON holds them."""
        return {"type": self.name, **{f.name: getattr(self, f.name) for f in dataclasses.fields(self)}}


def _record(cls: type) -> type:
    return dataclass(frozen=True, kw_only=True, slots=True)(cls)


# --- the run -------------------------------------------------------------------------------------------------------


@_record
class RunStarted(Record):
    """First record: the journal's format and what is run. `update_bits` and `download_bits` without packet headers;
    `update_bits` is null where values decide the size of an update."""

    group = "server"
    format: int
    scenario: str
    seed: int
    devices: int
    rank: int
    entries: int
    update_bits: int | None
    download_bits: int


@_record
class RunEnded(Record):
    """Last record: why the run stopped (`rounds`, `time`, `target`)."""

    group = "server"
    reason: str
    rounds: int


@_record
class JobsCounted(Record):
    """Training jobs submitted, computed because something read them, and computed on speculation."""

    group = "learning"
    submitted: int
    computed: int
    speculative: int


# --- network -------------------------------------------------------------------------------------------------------


@_record
class LinkPlaced(Record):
    """A device's large-scale link. `mean_snr_db` is the mean uplink SNR over the whole band."""

    group = "network"
    device: str
    distance_m: float
    path_loss_db: float
    shadowing_db: float
    mean_snr_db: float


@_record
class TransferStarted(Record):
    """A payload begins to fly, from or to `devices`. `offered_bits` counts payload and headers, once.

    `purpose`: `update`, `model`, `request`, `grant` or `acknowledgement`.
    """

    group = "network"
    transfer: str
    purpose: str
    direction: str
    devices: list[str]
    packets: int
    offered_bits: int


@_record
class BandShared(Record):
    """The band was divided anew: Hz of foreign traffic and of every transfer on the air, together at most `band_hz`."""

    group = "network"
    direction: str
    band_hz: float
    background_hz: float
    shares_hz: dict[str, float]


@_record
class TransferEnded(Record):
    """A transfer is over for one device.

    `outcome`: `delivered` (every packet), `partial`, `lost` (none); `cut` if the round closed first. Bits count
    headers: radiated `sent_bits` = `delivered_bits` + `lost_bits` (lost, cut or given up) + `repeated_bits` (sent again
    for other receivers of a broadcast), and offered = `delivered_bits` + `undelivered_bits`. `lost` lists the fragments
    that never arrived. `packets_sent` counts transmissions of packets that this device did not have yet.
    `blocks` counts coherence blocks used, and those at the link's rate cap and at zero rate.
    """

    group = "network"
    transfer: str
    purpose: str
    direction: str
    device: str
    start_s: float
    outcome: str
    cut: bool
    packets_sent: int
    packets_lost: int
    attempts: int
    sent_bits: float
    delivered_bits: float
    lost_bits: float
    repeated_bits: float
    undelivered_bits: float
    airtime_s: float
    energy_j: float
    lost: list[int]
    blocks: int
    blocks_at_cap: int
    blocks_at_zero: int


@_record
class ChannelGain(Record):
    """Fading power gain of one link in one coherence block (only under `trace: {channel: true}`)."""

    group = "network"
    link: str
    block: int
    gain: float


# --- devices -------------------------------------------------------------------------------------------------------


@_record
class DeviceReady(Record):
    """A device as drawn: its effective compute speed (null: takes no time) and the number of its training examples."""

    group = "device"
    device: str
    flops_per_s: float | None
    samples: int


@_record
class ComputeStarted(Record):
    """Local training begins: `steps` optimiser steps, `flops` floating-point operations."""

    group = "device"
    device: str
    round: int
    steps: int
    flops: float


@_record
class ComputeEnded(Record):
    """Local training is over after `compute_s`; `energy_j` was drawn for it. `finished` is false if it was cut."""

    group = "device"
    device: str
    round: int
    compute_s: float
    energy_j: float
    finished: bool


@_record
class DeviceLate(Record):
    """The round closed, or a new version came, while the device was in `phase` (download, compute, request, upload).

    `fate`: `abandon` (it gives its turn up), `restart` (it begins again with the new version) or `end` (the run is
    over). Of a device that lets go during its upload nothing is used.
    """

    group = "device"
    device: str
    round: int
    phase: str
    fate: str


@_record
class UpdateHeld(Record):
    """A device has trained and does not send: its update is added to its next one."""

    group = "device"
    device: str
    round: int


@_record
class UpdateEncoded(Record):
    """Sizes that the values decided: bytes and adapter entries of every fragment, in order of sending."""

    group = "learning"
    device: str
    round: int
    fragment_bytes: list[int]
    fragment_entries: list[int]


@_record
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


# --- server and learning -------------------------------------------------------------------------------------------


@_record
class RoundStarted(Record):
    """The controller chose a cohort among the available devices. `deadline_s` is an absolute time or null."""

    group = "server"
    round: int
    version: int
    available: int
    cohort: list[str]
    deadline_s: float | None


@_record
class DevicesJoined(Record):
    """Devices that begin work in the middle of a round (only where devices do not wait for rounds)."""

    group = "server"
    round: int
    version: int
    devices: list[str]


@_record
class Requested(Record):
    """A device asks for its share of the band, `elapsed_s` after its round began.

    `snr_db` over the whole band as the controller will know it (null: no signal); `dropped` is the share of the
    update's energy left out if 1, 2, ... ranks of every matrix were kept.
    """

    group = "server"
    device: str
    round: int
    elapsed_s: float
    snr_db: float | None
    dropped: list[float] | None


@_record
class Granted(Record):
    """The controller's answer: share of the band, ranks to keep of every matrix (null: what the codec says), and
    whether the update is sent at all."""

    group = "server"
    device: str
    round: int
    band_weight: float
    keep: int | None
    send: bool


@_record
class Controlled(Record):
    """What the controller remembers after a round, by name and with units in the names."""

    group = "server"
    round: int
    measures: dict[str, float]


@_record
class NobodyAvailable(Record):
    """No device is available; the server waits until `until_s`."""

    group = "server"
    until_s: float


@_record
class RoundClosed(Record):
    """The protocol closed the round: uploads that it takes, those that brought something, and their mean coverage.

    `staleness` of each upload, in order of arrival: versions made since its device began. `overtaken` devices were
    still busy; `round_s` runs from the round's start to the aggregation.
    """

    group = "server"
    round: int
    version: int
    participants: int
    arrived: int
    staleness: list[int]
    overtaken: int
    coverage: float
    round_s: float


@_record
class ModelUpdated(Record):
    """A new global adapter. `covariance_norm` is s ||sum p_k B_k A_k - mean B mean A||_F over all matrices.

    `device_loss` is the root mean square training loss of every update that was read, as its device reports it.
    """

    group = "learning"
    version: int
    covariance_norm: float
    device_loss: dict[str, float]


@_record
class UpdatesMeasured(Record):
    """Structure of a round's updates (only under `trace: {updates: true}`), each a mean over updates and matrices.

    Of the trained factors B, A: `score_spread`, standard deviation over mean of ||b_i|| ||a_i||; `off_diagonal`, share
    of the Gram matrices' energy off their diagonal; and relative errors of B A with half the ranks kept:
    `rank_norm_error` (largest scores), `svd_error` (the optimum).
    """

    group = "learning"
    version: int
    score_spread: float
    off_diagonal: float
    rank_norm_error: float
    svd_error: float


@_record
class Evaluated(Record):
    """The global adapter on held-out data: all of it, and each device's own part (null where it holds none)."""

    group = "learning"
    round: int
    version: int
    accuracy: float
    loss: float
    device_accuracy: dict[str, float | None]
