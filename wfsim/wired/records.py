"""What a hop writes in the journal."""

from __future__ import annotations

from wfsim.trace import HopEnded
from wfsim.wired.bundle import Bundle, Mask, Passage
from wfsim.wired.crossing import Crossing


def hop_ended(
    link: str, t_s: float, bundle: Bundle, crossing: Crossing | None, passage: Passage, pending: Mask | None
) -> HopEnded:
    """The record of a bundle that leaves a hop at `t_s`; without a crossing its service never began.

    `pending` None is no packet.
    """
    begun_s = crossing.begun_s if crossing else t_s
    ended_s = min(crossing.end_s, t_s) if crossing else t_s
    all_arrived = passage.arrived is bundle.present
    return HopEnded(
        t_s=t_s,
        link=link,
        transfer=bundle.name,
        purpose=bundle.purpose,
        start_s=bundle.offered_s,
        waited_s=begun_s - bundle.offered_s,
        service_s=ended_s - begun_s,
        packets=bundle.present_packets,
        offered_bits=bundle.present_bits,
        delivered_bits=bundle.count_bits(passage.arrived),
        lost_bits=0.0 if all_arrived else _lost_bits(bundle, passage, pending),
        dropped_bits=0.0 if all_arrived else bundle.count_bits(bundle.present & ~bundle.accepted),
        pending_bits=0.0 if pending is None else bundle.count_bits(pending),
        sent_bits=crossing.sent_bits(t_s) if crossing else 0.0,
        found_bits=bundle.found_bits,
        cause=passage.cause,
    )


def _lost_bits(bundle: Bundle, passage: Passage, pending: Mask | None) -> float:
    missing = bundle.accepted & ~passage.arrived
    return bundle.count_bits(missing if pending is None else missing & ~pending)
