"""What the protocol and the controller did, round by round."""

from __future__ import annotations

from wfsim.trace.record import Record, record, shared


@shared
class RoundStart:
    """Fields of `round_started`."""

    round: int
    version: int
    available: int
    cohort: list[str]
    deadline_s: float | None


@record
class RoundStarted(RoundStart, Record):
    """The controller chose a cohort among the available devices. `deadline_s` is an absolute time or null."""

    group = "server"


@shared
class Joining:
    """Fields of `devices_joined`."""

    round: int
    version: int
    devices: list[str]


@record
class DevicesJoined(Joining, Record):
    """Devices that begin work in the middle of a round (only where devices do not wait for rounds)."""

    group = "server"


@record
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


@record
class Granted(Record):
    """The controller's answer: share of the band, ranks to keep of every matrix (null: what the codec says), and
    whether the update is sent at all."""

    group = "server"
    device: str
    round: int
    band_weight: float
    keep: int | None
    send: bool


@shared
class Control:
    """Fields of `controlled`."""

    round: int
    measures: dict[str, float]


@record
class Controlled(Control, Record):
    """What the controller remembers after a round, by name and with units in the names."""

    group = "server"


@record
class NobodyAvailable(Record):
    """No device is available; the server waits until `until_s` at the latest (null: until one is back)."""

    group = "server"
    until_s: float | None


@shared
class RoundEnd:
    """Fields of `round_closed`."""

    round: int
    version: int
    participants: int
    arrived: int
    staleness: list[int]
    overtaken: int
    coverage: float
    round_s: float


@record
class RoundClosed(RoundEnd, Record):
    """The protocol closed the round: uploads that it takes, those that brought something, and their mean coverage.

    `staleness` of each upload, in order of arrival: versions made since its device began. `overtaken` devices were
    still busy; `round_s` runs from the round's start to the aggregation.
    """

    group = "server"


@record
class ServerRestored(Record):
    """The server is back and goes on from its last durable version, as `version`: `lost_versions` are gone."""

    group = "server"
    round: int
    version: int
    durable_version: int
    lost_versions: int
