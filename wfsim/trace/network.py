"""What the air and the fixed network carried, and what failed there."""

from __future__ import annotations

from wfsim.trace.record import Record, record


@record
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


@record
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


@record
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


@record
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


@record
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


@record
class Rerouted(Record):
    """A payload at `node` leaves the way it was to take (at first: the way without outages), as one began or ended."""

    group = "network"
    transfer: str
    node: str
    before: list[str]
    after: list[str]


@record
class OutageStarted(Record):
    """An element (`what`: `link`, `node`, `device` or `server`) is down from now on."""

    group = "network"
    element: str
    what: str


@record
class OutageEnded(Record):
    """An element is up again after `down_s`."""

    group = "network"
    element: str
    what: str
    down_s: float


@record
class ChannelGain(Record):
    """Fading power gain of one link in one coherence block (only under `trace: {channel: true}`)."""

    group = "network"
    link: str
    block: int
    gain: float
