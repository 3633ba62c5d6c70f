"""A glance is, to the bit, an outlook over the one piece until the coherence block ends."""

from __future__ import annotations

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from wfsim.radio.access import Access
from wfsim.radio.access.fdma import Fdma
from wfsim.radio.access.tdma import Tdma
from wfsim.radio.background.none import NoBackground
from wfsim.radio.band import Band
from wfsim.radio.channel import Channel
from wfsim.radio.crowd import Crowd
from wfsim.radio.fading.rayleigh import Rayleigh
from wfsim.radio.glance import Glance
from wfsim.radio.link.shannon import Shannon
from wfsim.radio.outlook import Outlook, look_ahead
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.reliable import Reliable
from wfsim.rng import Streams

COHERENCE_S = 0.05
Pair = tuple[Glance, Outlook, Crowd]


def pair(access: Access, duty_cycle: float, bits: list[float], start_s: float, power_band_hz: float | None) -> Pair:
    """Both of the same crowd: some have no rate, for the link has a floor."""
    names = [f"d{number}" for number in range(len(bits))]
    paths = Rayleigh(coherence_s=COHERENCE_S).realise(Streams(3), names)
    snr_hz = 1e6 * 10.0 ** np.linspace(2.0, -1.0, len(bits))
    channel = Channel(names, snr_hz, paths, Shannon(min_bps_per_hz=0.3, margin_db=1.0), power_band_hz=power_band_hz)
    band = Band(
        band_hz=1e6, access=access, background=NoBackground().realise(Streams(1), "up", 0.0), duty_cycle=duty_cycle
    )
    crowd, env = Crowd(), simpy.Environment()
    for number, (name, size) in enumerate(zip(names, bits, strict=True)):
        crowd.add(transfer(name, number, size), env.event())
    division = band.divide(start_s, crowd.column("weight"))
    outlook = look_ahead(channel, band, crowd, division, channel.pieces(start_s, 1))
    return Glance(channel, band, crowd, division, start_s), outlook, crowd


def transfer(name: str, link: int, bits: float) -> Transfer:
    parts = {"name": name, "devices": (name,), "links": np.array([link]), "bits": np.array([bits])}
    return Transfer(**parts, weight=1.0, transport=Reliable(), start_s=0.0)


@given(
    access=st.sampled_from([Fdma(), Fdma(work_conserving=False), Tdma()]),
    duty_cycle=st.sampled_from([1.0, 0.1]),
    bits=st.lists(st.floats(1.0, 1e5), min_size=1, max_size=12),
    start_s=st.floats(0.0, 10.0),
    power_band_hz=st.sampled_from([None, 1e6]),
    moment=st.floats(0.0, 1.0),
    longer=st.floats(1.0, 1e5),
)
def test_a_glance_is_an_outlook_over_one_piece(
    access: Access,
    duty_cycle: float,
    bits: list[float],
    start_s: float,
    power_band_hz: float | None,
    moment: float,
    longer: float,
) -> None:
    glance, outlook, _ = pair(access, duty_cycle, bits, start_s, power_band_hz)
    assert_same(glance, outlook, start_s + moment * (glance.end_s - start_s))
    row = len(bits) // 2
    glance.begin_pass(row, longer)
    outlook.begin_pass(row, longer)
    assert_same(glance, outlook, glance.end_s)


def assert_same(glance: Glance, outlook: Outlook, now_s: float) -> None:
    assert (glance.start_s, glance.end_s, glance.first_s) == (outlook.start_s, outlook.end_s, outlook.first_s)
    assert glance.block == outlook.pieces.blocks[0]
    assert glance.rates_bps.tolist() == outlook.rates_bps[:, 0].tolist()
    assert glance.efficiency.tolist() == outlook.efficiency[:, 0].tolist()
    assert glance.finish_s.tolist() == outlook.finish_s.tolist()
    assert glance.remaining_bits(now_s).tolist() == outlook.remaining_bits(now_s).tolist()
    on_air = np.ones(len(glance.rates_bps)) if glance.on_air is None else glance.on_air
    assert on_air.tolist() == outlook.on_air[:, 0].tolist()


def test_both_cases_are_met() -> None:
    """Some have no rate, some end within the block, and where all fly nobody's time on the air is written down."""
    silent, _, _ = pair(Fdma(), 1.0, [10.0, 1e9, 10.0, 10.0, 10.0, 10.0], 0.0, 1e6)
    assert (silent.rates_bps == 0.0).any() and np.isfinite(silent.finish_s).any() and np.isinf(silent.finish_s).any()
    flying, _, _ = pair(Fdma(), 1.0, [10.0], 0.0, None)
    assert flying.on_air is None


@pytest.mark.parametrize("start_s", [0.0, COHERENCE_S, 3 * COHERENCE_S, np.nextafter(7 * COHERENCE_S, 0.0)])
def test_an_instant_at_the_edge_belongs_to_the_new_block(start_s: float) -> None:
    glance, outlook, _ = pair(Fdma(), 1.0, [100.0], float(start_s), None)
    assert_same(glance, outlook, glance.end_s)
