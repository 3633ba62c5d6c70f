"""Controllers that steer what is sent and let another one choose who takes part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field, field_validator

from wfsim.control import Controller, Setting
from wfsim.control.all_devices import AllDevices
from wfsim.messages import Candidate, Outcome, Request
from wfsim.rng import Streams


class Selecting(Controller):
    """Base of such kinds, itself no kind. The state is that of `selection`, unless a kind holds it inside its own."""

    selection: Controller = Field(AllDevices(), description="who takes part: a controller that only chooses")

    @field_validator("selection")
    @classmethod
    def _only_chooses(cls, selection: Controller) -> Controller:
        if any(getattr(type(selection), name) is not getattr(Controller, name) for name in ("orders", "grants")):
            raise ValueError(f"{selection.kind} does more than choose devices, which is all that counts here")
        for name, field in Controller.model_fields.items():
            if getattr(selection, name) != field.default:
                raise ValueError(f"{name} belongs to the controller, not to its selection")
        return selection

    @property
    def remembers(self) -> bool:
        return type(self).after is not Selecting.after or self.selection.remembers

    def begin(self, setting: Setting) -> Any:
        return self.selection.begin(setting)

    def select(
        self, streams: Streams, round_number: int, candidates: Sequence[Candidate], busy: int = 0, state: Any = None
    ) -> tuple[str, ...]:
        return self.selection.select(streams, round_number, candidates, busy, state)

    def after(self, state: Any, outcome: Outcome, requests: Sequence[Request]) -> Any:
        return self.selection.after(state, outcome, requests)

    def measures(self, state: Any) -> dict[str, float]:
        return self.selection.measures(state)
