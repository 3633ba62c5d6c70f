"""What happened: one typed record per event, and the append-only, hash-chained journal that holds them.

A journal line is one JSON object: `seq`, `type`, `t_s`, the record's fields, and `hash`, the BLAKE2b-128 of the
previous line's hash and this line's text before its hash. So the last hash (the *digest*, kept in the manifest)
vouches for every byte. Records hold no wall time, host or path: same scenario, seed and versions, same bytes.

Groups: `network` and `device` records are the same whether or not anything is trained; `server` records say what the
protocol did; `learning` records hold the facts that the event loop read from training.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from wfsim.errors import RunError

FORMAT = 2
_GENESIS = "0" * 32

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
    """First record: the journal's format and what is run. `update_bits` and `download_bits` without packet headers."""

    group = "server"
    format: int
    scenario: str
    seed: int
    devices: int
    rank: int
    entries: int
    update_bits: int
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
    """A payload begins to fly, from or to `devices`. `offered_bits` counts payload and headers, once."""

    group = "network"
    transfer: str
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
    """The round closed while the device was in `phase` (download, compute): it sends nothing and gives the round up."""

    group = "device"
    device: str
    round: int
    phase: str


@_record
class UpdateArrived(Record):
    """An upload is over at the server. `coverage` = delivered entries / sent entries, 0 where nothing came."""

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
class NobodyAvailable(Record):
    """No device is available; the server waits until `until_s`."""

    group = "server"
    until_s: float


@_record
class RoundClosed(Record):
    """The protocol closed the round: uploads begun, those that brought something, and their mean coverage."""

    group = "server"
    round: int
    version: int
    participants: int
    arrived: int
    coverage: float
    round_s: float


@_record
class ModelUpdated(Record):
    """A new global adapter. `covariance_norm` is s ||sum p_k B_k A_k - mean B mean A||_F over all matrices."""

    group = "learning"
    version: int
    covariance_norm: float


@_record
class Evaluated(Record):
    """The global adapter on held-out data: all of it, and each device's own part (null where it holds none)."""

    group = "learning"
    round: int
    version: int
    accuracy: float
    loss: float
    device_accuracy: dict[str, float | None]


# --- the journal ---------------------------------------------------------------------------------------------------

Sink = Callable[[dict[str, Any]], None]


class Journal:
    """Numbers, chains and hands every record to its sinks (a file, a table, a progress bar)."""

    def __init__(self, sinks: Iterable[Sink] = ()) -> None:
        self._sinks = list(sinks)
        self._seq = 0
        self.digest = _GENESIS

    def write(self, record: Record) -> None:
        """Append one record."""
        line = {"seq": self._seq, **record.payload()}
        self.digest = _chain(self.digest, line)
        self._seq += 1
        for sink in self._sinks:
            sink({**line, "hash": self.digest})


class FileSink:
    """Appends journal lines to a file, flushed at every closed round so that a killed run leaves a readable journal.

    `held` are the lines that the file holds already, from an attempt that is resumed: they are compared, not written.
    """

    def __init__(self, path: Path, held: Sequence[Mapping[str, Any]] = ()) -> None:
        self._file = path.open("a" if held else "w", encoding="utf-8", newline="\n")
        self._held, self.records = held, 0

    def __call__(self, line: dict[str, Any]) -> None:
        if self.records < len(self._held):
            self._compare(line, self._held[self.records])
        else:
            self._file.write(_json(line) + "\n")
        self.records += 1
        if line["type"] == RoundClosed.name:
            self._file.flush()

    def flush(self) -> int:
        """Hand everything to the system; the number of records so far."""
        self._file.flush()
        return self.records

    def _compare(self, line: Mapping[str, Any], held: Mapping[str, Any]) -> None:
        if line["hash"] != held["hash"]:
            raise RunError(f"record {self.records} is not repeated as the journal holds it; --force starts afresh")

    def close(self) -> None:
        """Flush and close."""
        self._file.close()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal as dictionaries. Raises ValueError naming the line that is not a record."""
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            try:
                line = json.loads(text)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: not a record: {error.msg}") from None
            if not isinstance(line, dict) or not {"seq", "type", "t_s", "hash"} <= line.keys():
                raise ValueError(f"{path}:{number}: not a record: needs seq, type, t_s and hash")
            yield line


def recover_journal(path: Path) -> list[dict[str, Any]]:
    """The sound lines at the beginning of a journal that may end anywhere; the file is cut after them."""
    lines: list[dict[str, Any]] = []
    digest, size = _GENESIS, 0
    for text in path.read_bytes().splitlines(keepends=True) if path.is_file() else ():
        line = _sound_line(text, digest)
        if line is None:
            break
        lines.append(line)
        digest, size = line["hash"], size + len(text)
    if path.is_file():
        os.truncate(path, size)
    return lines


def _sound_line(text: bytes, digest: str) -> dict[str, Any] | None:
    """A whole line that follows from the digest before it, None for any other."""
    try:
        line = json.loads(text) if text.endswith(b"\n") else None
    except ValueError:
        return None
    if not isinstance(line, dict) or "hash" not in line:
        return None
    body = {key: value for key, value in line.items() if key != "hash"}
    return line if _chain(digest, body) == line["hash"] else None


def check_chain(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One sentence per break of the hash chain or of the numbering."""
    digest = _GENESIS
    for seq, line in enumerate(lines):
        body = {key: value for key, value in line.items() if key != "hash"}
        digest = _chain(digest, body)
        if line["seq"] != seq:
            yield f"record {seq}: is numbered {line['seq']}"
        if line["hash"] != digest:
            yield f"record {seq}: hash {line['hash']} does not follow from the records before it"
            digest = line["hash"]


def _chain(digest: str, line: dict[str, Any]) -> str:
    return hashlib.blake2b((digest + _json(line)).encode(), digest_size=16).hexdigest()


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, allow_nan=False, separators=(",", ":"))
