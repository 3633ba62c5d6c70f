"""Slot `energy`: joules a device draws while it computes, transmits and receives."""

from __future__ import annotations

from wfsim.part import Part, load_folder


class Energy(Part, slot="energy"):
    """Turns work and time into joules, all >= 0."""

    def compute_j(self, flops: float, flops_per_s: float, duration_s: float) -> float:
        """Energy of `flops` operations done at `flops_per_s` within `duration_s` seconds."""
        raise NotImplementedError(type(self).__name__)

    def transmit_j(self, power_w: float, airtime_s: float) -> float:
        """Energy of radiating `power_w` watt for `airtime_s` seconds."""
        raise NotImplementedError(type(self).__name__)

    def receive_j(self, airtime_s: float) -> float:
        """Energy of listening for `airtime_s` seconds."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
