"""Whether a plan can work at all: refusals with bytes, airtime and duty cycle."""

from __future__ import annotations

import math
from collections.abc import Sequence

from wfsim.errors import ScenarioError
from wfsim.planning.site_facts import SiteFacts, upper_median
from wfsim.scenario.schema import Scenario

LONGEST_UPLOAD_S = 86_400.0  # a plan in which one upload takes more than a day is refused
LONGEST_WAITING_PLAN_S = 86_400.0  # one whose radios only wait most of the time needs a stop.time_s to take longer


def check_feasible(scenario: Scenario, sites: Sequence[SiteFacts]) -> None:
    """Raise ScenarioError, with bytes, airtime and duty cycle, for the first station whose median device, alone on the
    air, can neither upload within a day, nor within the run, nor take its turn within the protocol's round.

    A round binds where what is late is lost: where the protocol waits for nobody and the transport keeps no part. Under
    a duty cycle a plan is refused, too, whose rounds of one upload take more than a day, unless stop.time_s is given.
    """
    for site in sites:
        told = _told(site)
        if site.is_mute:
            snr_db = upper_median(site.mean_snr_db)
            raise _refusal(
                f"{told} do not arrive: the median device's mean SNR, {snr_db:.1f} dB, is too low for its link"
            )
        for limit_s, taken_s, why in _limits(scenario, site):
            if limit_s < taken_s < math.inf:
                raise _refusal(f"{told} take {_times(site)}{why}")
    _check_rounds(scenario, min(sites, key=lambda site: site.alone_s))


def _check_rounds(scenario: Scenario, quickest: SiteFacts) -> None:
    """Rounds that follow one another last at least as long as an upload at the quickest station."""
    stop, protocol = scenario.stop, scenario.protocol
    if stop.time_s is not None or stop.rounds is None or protocol.continuous or protocol.deadline_s(0.0) is not None:
        return
    taken_s = stop.rounds * quickest.alone_s
    if quickest.duty_cycle < 1.0 and LONGEST_WAITING_PLAN_S < taken_s < math.inf:
        limit = "; one of more than a day under a duty cycle is refused unless stop.time_s allows it"
        raise _refusal(
            f"{_told(quickest)} take {_times(quickest)}, and a plan of {stop.rounds} rounds {span(taken_s)}{limit}"
        )


def _told(site: SiteFacts) -> str:
    return f"site {site.station}: {site.upload_bytes:,} bytes in {site.packets:,} packets over {_air(site)}"


def _refusal(message: str) -> ScenarioError:
    return ScenarioError(message, path="topology")


def _limits(scenario: Scenario, site: SiteFacts) -> list[tuple[float, float, str]]:
    """Seconds allowed, seconds taken and what to say of them, the strictest first."""
    found = [(LONGEST_UPLOAD_S, site.alone_s, "; a plan whose uploads take more than a day is refused")]
    if scenario.stop.time_s is not None:
        time_s = scenario.stop.time_s
        found.append((time_s, site.alone_s, f"; stop.time_s gives the whole run {span(time_s)}"))
    round_s = _strict_round_s(scenario, site)
    if round_s is not None:
        beside = f", and download, computing and the fixed network {span(site.beside_s)}"
        limit = f"; protocol {scenario.protocol.kind} allows {span(round_s)} for a round"
        found.append((round_s, site.alone_s + site.beside_s, f"{beside}{limit}"))
    return sorted(found)


def _strict_round_s(scenario: Scenario, site: SiteFacts) -> float | None:
    """How long a round may last before what has not arrived is lost, or None."""
    protocol = scenario.protocol
    if site.keeps_partial or protocol.overtaken == "finish" or getattr(protocol, "min_arrivals", 0):
        return None
    return protocol.deadline_s(0.0)


def _air(site: SiteFacts) -> str:
    return site.air if site.profile in (None, site.air) else f"{site.air} ({site.profile})"


def _times(site: SiteFacts) -> str:
    airtime = f"{span(site.airtime_s)} of airtime at the median device's mean SNR"
    if site.duty_cycle == 1.0:
        return airtime
    return f"{airtime}, {span(site.alone_s)} at {100.0 * site.duty_cycle:g} % duty cycle"


def span(seconds: float) -> str:
    """A duration for people.

    >>> span(33.4 * 3600), span(137.2 * 86400), span(0.25), span(900)
    ('33 h', '137 days', '0.25 s', '15 min')
    """
    if seconds < 120.0:
        return f"{seconds:.3g} s"
    unit_s, unit = next(
        known for known in ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min")) if seconds >= 2.0 * known[0]
    )
    return f"{seconds / unit_s:.0f} {unit}"
