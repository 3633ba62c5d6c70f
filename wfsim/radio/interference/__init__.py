"""Slot `interference`: what senders of other cells add to the noise. A new file here is a new kind."""

from __future__ import annotations

from typing import ClassVar, Literal

from wfsim.part import Part, load_folder

Direction = Literal["up", "down"]


class Interference(Part, slot="interference"):
    """Raises the noise at the receivers of a cell: of the uplink at its station, of the downlink at its devices.

    Interference counts as Gaussian noise, spread evenly over the band. A kind that `couples` hears the transmissions of
    the other simulated cells while they last (wfsim/radio/coupling.py), from `least` times the noise on.
    """

    couples: ClassVar[bool] = False

    def rise(self, direction: Direction) -> float:
        """The factor >= 1 by which noise at the receivers of a direction is raised at all times."""
        return 1.0

    def least(self) -> float:
        """The ratio of interference to noise below which a sender of another cell is left out (`couples`)."""
        return 0.0


load_folder(__name__, list(__path__))
