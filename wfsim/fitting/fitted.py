"""All that a log allows to fit, and the scenario that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wfsim.errors import RunError
from wfsim.fitting import Fit, Setup, link, losses, path_loss, rate
from wfsim.fitting.log import Log, read_log

HOP = "hop"  # a part of an edge of a topology, not of a scenario's own sections


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitted:
    """Fits in a fixed order, and what could not be fitted: why, by model."""

    fits: tuple[Fit, ...]
    left_out: dict[str, str]

    def scenario(self) -> dict[str, Any]:
        """What the fits say as a scenario's sections; other scenarios may extend it."""
        sections: dict[str, Any] = {}
        for path, part in self._parts().items():
            *above, last = path.split(".")
            inside = sections
            for name in above:
                inside = inside.setdefault(name, {})
            if path != HOP:
                inside[last] = part
        return sections

    def hop(self) -> dict[str, Any] | None:
        """A wired link with the measured rate and delay; None where neither was measured."""
        return self._parts().get(HOP)

    def _parts(self) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for fit in self.fits:
            for path, part in fit.parts.items():
                merged[path] = {**merged.get(path, {}), **part} if isinstance(part, dict) else part
        return merged


def fit_log(path: str, setup: Setup) -> Fitted:
    """Fit every model whose columns a log holds. Raises ScenarioError for a bad log, RunError where nothing fits."""
    log = read_log(path)
    fits, left_out = [], {}
    for name, (reason, fit) in _models(log, setup).items():
        if reason:
            left_out[name] = reason
        else:
            fits.append(fit())
    if not fits:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left_out.items())
        raise RunError(f"{path}: nothing can be fitted: {reasons}")
    return Fitted(fits=tuple(fits), left_out=left_out)


def _models(log: Log, setup: Setup) -> dict[str, tuple[str, Callable[[], Fit]]]:
    """By name: why it cannot be fitted (or nothing), and how."""
    return {
        "path loss": (path_loss.lacking(log, setup), lambda: path_loss.fit_path_loss(log, setup)),
        "link": (link.lacking(log, setup), lambda: link.fit_link(log, setup)),
        "losses": (losses.lacking(log), lambda: losses.fit_losses(log)),
        "rate": (rate.lacking(log, "rate_bps"), lambda: rate.fit_rate(log)),
        "delay": (rate.lacking(log, "rtt_s"), lambda: rate.fit_delay(log)),
    }
