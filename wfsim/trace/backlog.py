"""A journal that lets the run go on before its lines are numbered, chained and handed to the sinks."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.trace.journal import Journal, Sink
from wfsim.trace.record import Record


class Backlog(Journal):
    """Puts off what `journal` is to write until `settle`, in order. Listeners see records at once, unnumbered."""

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal
        self._waiting: list[Record | Sequence[bytes]] = []

    def listen(self, sink: Sink) -> None:
        """Hand every record from now on to this sink as it is written, and no lines of other parts."""
        self._sinks.append(sink)

    def write(self, record: Record) -> None:
        """Put off one record; nothing once the journal is halted."""
        if self._halted:
            return
        for sink in self._sinks:
            sink(record.payload())
        self._waiting.append(record)

    def write_texts(self, texts: Sequence[bytes]) -> None:
        """Put off lines that other parts have written; `texts` may be filled until `settle`."""
        if not self._halted:
            self._waiting.append(texts)

    def settle(self) -> None:
        """Write everything that was put off."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if isinstance(each, Record):
                self._journal.write(each)
            else:
                self._journal.write_texts(each)
