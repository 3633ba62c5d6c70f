"""What happened: one typed record per event. Records hold no wall time, host or path.

Groups: `network` and `device` records are the same whether or not anything is trained, unless control or codec look at
what was learned; `server` records say what the protocol and the controller did; `learning` records hold the facts that
the event loop read from training.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

FORMAT = 4

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
        line: dict[str, Any] = {"type": self.name}
        for name in _names(type(self)):
            line[name] = getattr(self, name)
        return line


@cache
def _names(cls: type[Record]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


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
    """A device's large-scale link to its station at t = 0. `mean_snr_db` is the mean uplink SNR over the whole band;
    `los` says whether there is a line of sight (null where the path loss model does not distinguish)."""

    group = "network"
    device: str
    station: str
    distance_m: float
    los: bool | None
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
    """The band of a station and direction was divided anew: Hz of foreign traffic and of every transfer on the air.

    Together they are at most `band_hz`. Where time is divided, or every coherence block goes to one transfer, a share
    is the part of the time times the band (by weights: what falls to a transfer block by block is not written).
    Under a duty cycle a share counts the time on the air alone.
    """

    group = "network"
    station: str
    direction: str
    band_hz: float
    background_hz: float
    shares_hz: dict[str, float]


@_record
class TransferEnded(Record):
    """A transfer is over for one device.

    `outcome`: `delivered` (every packet), `partial`, `lost` (none); `cut` if it was stopped before its end, with the
    `cause` (`round`: it closed first; `outage`; `crash`; `end` of the run). Bits count headers: radiated `sent_bits` =
    `delivered_bits` + `lost_bits` (lost, cut or given up) + `repeated_bits` (sent again for other receivers of a
    broadcast), and offered = `delivered_bits` + `undelivered_bits`. `lost` lists the fragments that never arrived.
    `packets_sent` counts transmissions of packets that this device did not have yet. `blocks` counts coherence blocks
    used, and those at the link's rate cap and at zero rate.
    """

    group = "network"
    transfer: str
    purpose: str
    direction: str
    device: str
    start_s: float
    outcome: str
    cut: bool
    cause: str | None
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
class HopEnded(Record):
    """A payload has left one hop between fixed nodes: `link` is "from>to", `start_s` when it was offered.

    Bits count headers, each packet once: offered = `delivered_bits` + `lost_bits` (on the way, or by an outage) +
    `dropped_bits` (the queue was full) + `pending_bits` (waiting or on the way when it was stopped). `cause` is null
    when it left by itself, `outage` when one made it fail or take another way, or what stopped it. `service_s` lasts
    until the last bit has left, pauses included; `sent_bits` counts every transmission; `found_bits` waited in the
    queue when it came, without the payload being sent.
    """

    group = "network"
    link: str
    transfer: str
    purpose: str
    start_s: float
    waited_s: float
    service_s: float
    packets: int
    offered_bits: float
    delivered_bits: float
    lost_bits: float
    dropped_bits: float
    pending_bits: float
    sent_bits: float
    found_bits: float
    cause: str | None


@_record
class Rerouted(Record):
    """A payload at `node` leaves the way it was to take (at first: the way without outages), as one began or ended."""

    group = "network"
    transfer: str
    node: str
    before: list[str]
    after: list[str]


@_record
class OutageStarted(Record):
    """An element (`what`: `link`, `node`, `device` or `server`) is down from now on."""

    group = "network"
    element: str
    what: str


@_record
class OutageEnded(Record):
    """An element is up again after `down_s`."""

    group = "network"
    element: str
    what: str
    down_s: float


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

    `fate`: `abandon` (it gives its turn up), `restart` (it begins again with the new version), `crash` (it failed),
    `server_crash` (the server did) or `end` (the run is over). Of a device that lets go during its upload nothing is
    used.
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
    """No device is available; the server waits until `until_s` at the latest (null: until one is back)."""

    group = "server"
    until_s: float | None


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
class EdgeRoundStarted(Record):
    """An edge begins a round among its own devices; fields as of `round_started`, versions are the edge's own."""

    group = "server"
    edge: str
    round: int
    version: int
    available: int
    cohort: list[str]
    deadline_s: float | None


@_record
class EdgeDevicesJoined(Record):
    """Devices begin work in the middle of an edge's round; fields as of `devices_joined`."""

    group = "server"
    edge: str
    round: int
    version: int
    devices: list[str]


@_record
class EdgeControlled(Record):
    """What an edge's controller remembers after a round; fields as of `controlled`."""

    group = "server"
    edge: str
    round: int
    measures: dict[str, float]


@_record
class EdgeRoundClosed(Record):
    """An edge closed a round; fields as of `round_closed`."""

    group = "server"
    edge: str
    round: int
    version: int
    participants: int
    arrived: int
    staleness: list[int]
    overtaken: int
    coverage: float
    round_s: float


@_record
class EdgeUpdated(Record):
    """An edge made a new version of its own; fields as of `model_updated`."""

    group = "learning"
    edge: str
    version: int
    covariance_norm: float
    device_loss: dict[str, float]


@_record
class ServerRestored(Record):
    """The server is back and goes on from its last durable version, as `version`: `lost_versions` are gone."""

    group = "server"
    round: int
    version: int
    durable_version: int
    lost_versions: int


@_record
class Evaluated(Record):
    """The global adapter on held-out data: all of it, and each device's own part (null where it holds none)."""

    group = "learning"
    round: int
    version: int
    accuracy: float
    loss: float
    device_accuracy: dict[str, float | None]
