"""Satellites overhead: slant range, passes and handovers."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.rng import Streams
from wfsim.units import SPEED_OF_LIGHT_MPS
from wfsim.wired import Hop
from wfsim.wired.leo import Leo, slant_range_m


@pytest.mark.parametrize(
    ("altitude_km", "elevation_deg", "slant_km"),
    [(600.0, 10.0, 1931.6353589090177), (600.0, 90.0, 600.0), (550.0, 25.0, 1123.2770015779054)],
)
def test_slant_range(altitude_km: float, elevation_deg: float, slant_km: float) -> None:
    """TR 38.811: sqrt(Re^2 sin^2 a + h^2 + 2 h Re) - Re sin a, Re = 6371 km."""
    assert slant_range_m(1e3 * altitude_km, elevation_deg) == pytest.approx(1e3 * slant_km, rel=1e-12)


def test_a_pass_goes_from_the_horizon_through_the_zenith() -> None:
    leo = Leo(altitude_km=600.0, min_elevation_deg=10.0, ground_delay_s=0.02)
    edge_s, zenith_s = (0.02 + 2e3 * slant_km / SPEED_OF_LIGHT_MPS for slant_km in (1931.6353589090177, 600.0))
    found_s = [leo.delay_into_pass_s(share * leo.pass_s) for share in (0.0, 0.5, 1.0)]
    assert found_s == pytest.approx([edge_s, zenith_s, edge_s], rel=1e-9)
    assert zenith_s < leo.expected_delay_s() < edge_s


def test_half_an_orbit_is_kepler() -> None:
    """At an elevation of 0 of a satellite at 2000 km: 2 x 40.44051 of the 360 degrees of an orbit of 7622.14 s."""
    assert Leo(altitude_km=2000.0, min_elevation_deg=0.0).pass_s == pytest.approx(
        7622.14 * 2.0 * 40.44051 / 360.0, rel=1e-6
    )


def test_nothing_is_sent_at_a_handover() -> None:
    """Over ten passes 10 x (T - 1 s) x rate; both directions are interrupted at the same times."""
    leo = Leo(rate_bps=1e3, handover_s=1.0)
    there, back = (leo.realise(Streams(3), name, 0.0) for name in ("a>b", "b>a"))
    assert there.bits_between(5.0, 5.0 + 10 * leo.pass_s) == pytest.approx(1e4 * (leo.pass_s - 1.0), rel=1e-9)
    begin_s = next(t / 10 for t in range(3_000) if there.bits_between(t / 10, t / 10 + 0.1) < 1e-6)
    assert back.bits_between(begin_s, begin_s + 0.1) < 1e-6
    assert there.finish_s(begin_s, 1e-3) - begin_s == pytest.approx(1.0, abs=0.1)


def test_links_see_other_satellites() -> None:
    leo = Leo()
    assert leo.realise(Streams(3), "a>b", 0.0).delay_s(0.0) != leo.realise(Streams(3), "a>c", 0.0).delay_s(0.0)


def test_a_pass_must_outlast_its_handover() -> None:
    with pytest.raises(ValidationError, match="leaves nothing of a pass of 269.3 s"):
        Hop.parse({"kind": "leo", "handover_s": 300.0})
