"""What every transport promises."""

from __future__ import annotations

import numpy as np

from wfsim.contracts._require import require, require_equal
from wfsim.radio.transport import Transport

_MASKS = [np.array(mask, dtype=bool) for mask in ([1, 0, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 0])]


def check_only_missing_packets_fly_again(transport: Transport) -> None:
    """And the mask it is given stays as it is."""
    for attempts in (1, 2, 15, 16, 1000):
        for missing in _MASKS:
            before = missing.copy()
            resent = transport.resend(missing, attempts)
            require_equal((resent.shape, resent.dtype), (missing.shape, np.dtype(np.bool_)), "shape and type of resend")
            require(not (resent & ~before).any(), f"after {attempts} transmissions it sends packets that have arrived")
            require(np.array_equal(missing, before), "resend changes the mask it was given")


def check_giving_up_is_for_good(transport: Transport) -> None:
    """A packet not sent again after n transmissions is not sent after n + 1 either."""
    resent = [bool(transport.resend(_MASKS[0], attempts).any()) for attempts in range(1, 40)]
    require_equal(resent, sorted(resent, reverse=True), "whether packets fly again after 1, 2, ... times")


def check_a_pass_sends_what_it_may(transport: Transport) -> None:
    """Some of the packets that are new or to be sent again, each once; none only where there are none."""
    for again in _MASKS:
        for new in (~again, np.zeros_like(again)):
            sent = transport.next_pass(again, new).tolist()
            due = np.flatnonzero(again | new).tolist()
            require(len(set(sent)) == len(sent) and set(sent) <= set(due), f"of packets {due} a pass sends {sent}")
            require(bool(sent) == bool(due), f"packets {due} are due and a pass sends none of them")


def check_repetition_needs_an_end(transport: Transport) -> None:
    """Without a deadline, packets fly for ever only if a partial delivery would be worthless anyway."""
    for_ever = transport.resend(_MASKS[0], 10**9).any()
    ends = not for_ever or transport.needs_deadline or not transport.keeps_partial
    require(ends, "it repeats for ever, keeps partial deliveries and needs no deadline")
