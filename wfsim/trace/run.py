"""A run as a whole: how it began, why it ended, and what was computed for it."""

from __future__ import annotations

from wfsim.trace.record import Record, record


@record
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


@record
class RunEnded(Record):
    """Last record: why the run stopped (`rounds`, `time`, `target`)."""

    group = "server"
    reason: str
    rounds: int


@record
class JobsCounted(Record):
    """Training jobs submitted, computed because something read them, and computed on speculation."""

    group = "learning"
    submitted: int
    computed: int
    speculative: int
