"""Slot `distribution`: a positive random number, as a field of other parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from wfsim.part import Part, load_folder


class Distribution(Part, slot="distribution"):
    """A law of positive numbers. Its unit is that of the field it fills. A bare number in YAML means `constant`."""

    @classmethod
    def parse(cls, value: Any) -> Part:
        """A distribution from its YAML form: a number, an instance, a kind's name, or a mapping with `kind`."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = {"kind": "constant", "value": value}
        return super().parse(value)

    def sample(self, generator: np.random.Generator) -> float:
        """One draw > 0."""
        raise NotImplementedError(type(self).__name__)


load_folder(__name__, list(__path__))
