"""What a run keeps beside its journal so that it can be resumed, and what an earlier attempt left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wfsim.learning.work import Work
from wfsim.world.checkpoint import Checkpoint, Keeper, restore
from wfsim.world.federation import Federation
from wfsim.world.learned import Learned
from wfsim.world.replayed import Recorded, Replayed
from wfsim.world.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The default remembers nothing. `recorded` are the journal lines of the attempt that is resumed."""

    work: Work = field(default_factory=Work)
    keeper: Keeper | None = None
    recorded: Sequence[Mapping[str, Any]] = ()

    def federation(self, live: Learned) -> Federation:
        """`live` itself, or what brings it to the last checkpoint whose facts the journal holds."""
        live.keep = self.keeper
        checkpoint = self.keeper.load() if self.keeper is not None else None
        if checkpoint is None or checkpoint.records > len(self.recorded):
            return live
        return self._replayed(live, checkpoint)

    def _replayed(self, live: Learned, checkpoint: Checkpoint) -> Replayed:
        def go_on(turns: Mapping[int, Turn]) -> Learned:
            restore(live, checkpoint, turns)
            if self.keeper is not None:
                self.keeper.marks = checkpoint.mark
            return live

        return Replayed(
            marks=checkpoint.mark,
            recorded=Recorded(self.recorded),
            wire=live.wire,
            outbox=live.holdings.outbox,
            measures_structure=live.measures_structure,
            go_on=go_on,
        )
