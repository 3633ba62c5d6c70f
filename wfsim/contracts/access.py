"""What every way of sharing the band promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_close, require_equal
from wfsim.radio.access import Access

_BAND_HZ = 1e6
_WEIGHTS = [
    np.array(weights)
    for weights in ([1.0], [0.2], [0.5, 0.5], [0.1, 0.2, 0.3], [1 / 7] * 7, [1.0, 1.0, 1.0], [1e-6, 0.999])
]


def check_shares_are_positive_and_within_the_band(access: Access) -> None:
    """Each within the band, all together within `total_hz`."""
    for weights in _WEIGHTS:
        shares_hz = access.divide(_BAND_HZ, weights)
        require_equal(shares_hz.shape, weights.shape, f"the shape of the shares for weights {weights}")
        require((shares_hz > 0.0).all(), f"weights {weights} give a share of {shares_hz.min():g} Hz")
        require(shares_hz.max() <= _BAND_HZ * (1.0 + 1e-12), f"weights {weights} give a share above the band")
        total_hz = access.total_hz(_BAND_HZ, len(weights))
        require(
            shares_hz.sum() <= total_hz * (1.0 + 1e-12),
            f"the shares for weights {weights} sum to {shares_hz.sum():g} Hz of {total_hz:g} Hz",
        )


def check_the_order_of_transfers_does_not_matter(access: Access) -> None:
    """Reversed weights give reversed shares."""
    for weights in _WEIGHTS:
        there, back = access.divide(_BAND_HZ, weights), access.divide(_BAND_HZ, weights[::-1])
        require_close(back[::-1], there, f"reversing the weights {weights} changes shares")


def check_a_departure_takes_band_from_nobody(access: Access) -> None:
    """Without the last transfer, nobody has less."""
    for weights in _WEIGHTS:
        with_it, without = access.divide(_BAND_HZ, weights), access.divide(_BAND_HZ, weights[:-1])
        kept = without >= with_it[:-1] * (1.0 - 1e-12)
        require(kept.all(), f"of weights {weights}, the last one's departure makes a share smaller")


def check_shares_scale_with_the_band(access: Access) -> None:
    """Three times the band is three times the share."""
    weights = np.array([0.2, 0.3])
    require_close(
        access.divide(3e6, weights), 3.0 * access.divide(_BAND_HZ, weights), "shares do not scale with it", rel=1e-6
    )


def check_power_is_spread_over_a_band_that_holds_the_share(access: Access) -> None:
    """At least the share, at most the whole band; on the air for a fraction of the time."""
    for weights in _WEIGHTS:
        shares_hz = access.divide(_BAND_HZ, weights)
        bands_hz, on_air = access.snr_bands_hz(_BAND_HZ, shares_hz), access.on_air(_BAND_HZ, shares_hz)
        require_equal(bands_hz.shape, weights.shape, f"the shape of the bands of power for weights {weights}")
        inside = (bands_hz >= shares_hz * (1.0 - 1e-12)) & (bands_hz <= _BAND_HZ * (1.0 + 1e-12))
        require(inside.all(), f"weights {weights} spread power over {bands_hz} Hz")
        fraction = (on_air > 0.0) & (on_air <= 1.0 + 1e-12)
        require(fraction.all(), f"weights {weights} are on the air for {on_air} of the time")


def check_every_block_goes_to_somebody(access: Access) -> None:
    """Where coherence blocks are given away, the whole band is, whatever the order of the transfers."""
    for weights in _WEIGHTS if access.by_block else ():
        gains = np.random.default_rng(1).exponential(size=(len(weights), 5))
        merits = access.merits(gains, np.linspace(1.0, 2.0, len(weights)))
        shares_hz = access.divide_blocks(_BAND_HZ, weights, merits)
        require((shares_hz >= 0.0).all(), f"weights {weights} give a share of {shares_hz.min():g} Hz in a block")
        require_close(shares_hz.sum(axis=0), np.full(5, _BAND_HZ), f"weights {weights} leave band in a block")
        back_hz = access.divide_blocks(_BAND_HZ, weights[::-1], merits[::-1])
        require_close(back_hz[::-1], shares_hz, f"reversing the weights {weights} changes blocks")
