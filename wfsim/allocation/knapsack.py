"""The multiple-choice knapsack of ranks in a band: greedy, and exact."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

_MOST_STATES = 20_000
_GAIN = 1e-12  # relative; less is rounding
_ROUNDING = 1e-12


def greedy_levels(hertz: Vector, loss: Vector, band_hz: float) -> Counts:
    """Levels [g, n] of least total `loss` [n, r] whose `hertz` [g, n, r] fit the band; the lowest where nothing fits.

    Multiple-choice knapsack: every device climbs the lower convex hull of its loss over hertz, the steepest step of all
    first, until one does not fit. Optimal but for that last step (Sinha & Zoltners 1979).
    """
    gains, steps_hz, targets = _hull_steps(hertz, loss)
    order = np.argsort(-gains, axis=-1, kind="stable")
    devices = np.broadcast_to(np.repeat(np.arange(len(loss)), loss.shape[1] - 1), order.shape)
    used_hz = hertz[..., 0].sum(axis=-1, keepdims=True) + np.cumsum(np.take_along_axis(steps_hz, order, -1), axis=-1)
    taken = np.where(used_hz <= band_hz, np.take_along_axis(targets, order, -1), 0)
    levels = np.zeros(hertz.shape[:2], dtype=np.int64)
    np.maximum.at(levels, (np.arange(len(levels))[:, None], np.take_along_axis(devices, order, -1)), taken)
    return levels


def _hull_steps(hertz: Vector, loss: Vector) -> tuple[Vector, Vector, Counts]:
    """Of every step along the hulls: loss saved per hertz, hertz and level reached, each [g, n (r - 1)]; unused steps
    need infinitely many hertz."""
    level = np.zeros(hertz.shape[:2], dtype=np.int64)
    steps: list[tuple[Vector, Vector, Counts]] = []
    for _ in range(loss.shape[1] - 1):
        gain, more_hz, target = _steepest(hertz, loss, level)
        steps.append((gain, more_hz, target))
        level = np.where(np.isfinite(more_hz), target, level)
    gains, hertz_, targets = (np.stack(part, axis=-1).reshape(len(hertz), -1) for part in zip(*steps, strict=True))
    return gains, hertz_, targets


def _steepest(hertz: Vector, loss: Vector, level: Counts) -> tuple[Vector, Vector, Counts]:
    """The next vertex of every hull after `level` [g, n]: saving per hertz, hertz, level."""
    later = np.arange(loss.shape[1]) > level[..., None]
    more_hz = np.where(later & np.isfinite(hertz), hertz - np.take_along_axis(hertz, level[..., None], -1), np.inf)
    saved = np.take_along_axis(np.broadcast_to(loss, hertz.shape), level[..., None], -1) - loss
    gains = np.where(np.isfinite(more_hz), saved / np.maximum(more_hz, np.finfo(float).tiny), -np.inf)
    target = gains.argmax(axis=-1)
    pick = target[..., None]
    return np.take_along_axis(gains, pick, -1)[..., 0], np.take_along_axis(more_hz, pick, -1)[..., 0], target


def least_loss(hertz: Vector, loss: Vector, band_hz: float, levels: Counts) -> Counts:
    """The levels [n] of least total `loss` [n, r] whose `hertz` [n, r] fit the band; `levels` [n] fit and come near.

    Device by device, the sums that no other sum beats in both hertz and loss, less those that even a relaxation of the
    rest (the hulls) cannot bring below the best known: dynamic programming with bounds (Sinha & Zoltners 1979). Exact
    unless more than 20,000 sums remain.
    """
    count, least = len(loss), float(loss[np.arange(len(loss)), levels].sum())
    used_hz, lost, chosen = np.zeros(1), np.zeros(1), np.zeros((1, 0), dtype=np.int64)
    for device, bound in enumerate(_bounds_after(hertz, loss)):
        used_hz = np.add.outer(used_hz, hertz[device]).ravel()
        lost = np.add.outer(lost, loss[device]).ravel()
        bounds = lost + bound(band_hz - used_hz)
        kept = _undominated(used_hz, lost, np.flatnonzero(bounds < least * (1.0 - _GAIN)))
        kept = kept[np.argsort(bounds[kept], kind="stable")[:_MOST_STATES]]
        parents, level = np.divmod(kept, loss.shape[1])
        used_hz, lost, chosen = used_hz[kept], lost[kept], np.column_stack([chosen[parents], level])
    return chosen[np.argmin(lost)] if len(lost) and chosen.shape[1] == count else levels


def _undominated(used_hz: Vector, lost: Vector, among: Counts) -> Counts:
    """Of these indices, those with less loss than all that use no more hertz."""
    ordered = among[np.lexsort((lost[among], used_hz[among]))]
    before = np.minimum.accumulate(np.concatenate([[np.inf], lost[ordered]]))[:-1]
    return ordered[lost[ordered] < before]


def _bounds_after(hertz: Vector, loss: Vector) -> list[Callable[[Vector], Vector]]:
    """For every device, the least loss of the later ones, relaxed, by the band that is left for them in Hz."""
    gains, steps_hz, _ = (part[0].reshape(len(loss), -1) for part in _hull_steps(hertz[None], loss))
    return [
        _relaxed(hertz[device:, 0].sum(), loss[device:, 0].sum(), gains[device:].ravel(), steps_hz[device:].ravel())
        for device in range(1, len(loss) + 1)
    ]


def _relaxed(base_hz: float, base_loss: float, gains: Vector, steps_hz: Vector) -> Callable[[Vector], Vector]:
    used = np.isfinite(steps_hz)
    order = np.argsort(-gains[used], kind="stable")
    steps_hz, gains = steps_hz[used][order], gains[used][order]
    hertz = np.concatenate([[0.0], np.cumsum(steps_hz)])
    saved = np.concatenate([[0.0], np.cumsum(steps_hz * gains)])

    def bound(left_hz: Vector) -> Vector:
        spare_hz = left_hz - base_hz
        fits = spare_hz >= -_ROUNDING * base_hz
        return np.where(fits, base_loss - np.interp(spare_hz, hertz, saved), np.inf)

    return bound
