"""What happened: typed records, and the hash-chained journal that holds them."""

from __future__ import annotations

from wfsim.trace.backlog import Backlog
from wfsim.trace.devices import (
    ComputeEnded,
    ComputeStarted,
    DeviceLate,
    DeviceReady,
    UpdateArrived,
    UpdateEncoded,
    UpdateHeld,
)
from wfsim.trace.edges import EdgeControlled, EdgeDevicesJoined, EdgeRoundClosed, EdgeRoundStarted, EdgeUpdated
from wfsim.trace.journal import FileSink, Journal, Sink, check_chain, read_journal, recover_journal
from wfsim.trace.learning import Evaluated, LanguageTask, ModelUpdated, UpdatesMeasured
from wfsim.trace.network import (
    BandShared,
    ChannelGain,
    HopEnded,
    LinkPlaced,
    OutageEnded,
    OutageStarted,
    Rerouted,
    TransferEnded,
    TransferStarted,
)
from wfsim.trace.pages import Leaves, Pages, in_order
from wfsim.trace.record import FORMAT, RECORDS, Record
from wfsim.trace.rounds import (
    Controlled,
    DevicesJoined,
    Granted,
    NobodyAvailable,
    Requested,
    RoundClosed,
    RoundStarted,
    ServerRestored,
)
from wfsim.trace.run import JobsCounted, RunEnded, RunStarted

__all__ = [
    "FORMAT",
    "RECORDS",
    "Backlog",
    "BandShared",
    "ChannelGain",
    "ComputeEnded",
    "ComputeStarted",
    "Controlled",
    "DeviceLate",
    "DeviceReady",
    "DevicesJoined",
    "EdgeControlled",
    "EdgeDevicesJoined",
    "EdgeRoundClosed",
    "EdgeRoundStarted",
    "EdgeUpdated",
    "Evaluated",
    "FileSink",
    "Granted",
    "HopEnded",
    "JobsCounted",
    "Journal",
    "LanguageTask",
    "Leaves",
    "LinkPlaced",
    "ModelUpdated",
    "NobodyAvailable",
    "OutageEnded",
    "OutageStarted",
    "Pages",
    "Record",
    "Requested",
    "Rerouted",
    "RoundClosed",
    "RoundStarted",
    "RunEnded",
    "RunStarted",
    "ServerRestored",
    "Sink",
    "TransferEnded",
    "TransferStarted",
    "UpdateArrived",
    "UpdateEncoded",
    "UpdateHeld",
    "UpdatesMeasured",
    "check_chain",
    "in_order",
    "read_journal",
    "recover_journal",
]
