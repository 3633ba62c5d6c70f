"""No interference, the neutral member."""

from __future__ import annotations

from wfsim.radio.interference import Interference


class NoInterference(Interference, kind="none"):
    """Receivers hear their own cell and thermal noise alone. Neutral."""
