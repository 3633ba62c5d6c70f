from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from wfsim.radio.transport import Transport
from wfsim.radio.transport.reliable import Reliable
from wfsim.radio.transport.reliable_until_deadline import ReliableUntilDeadline
from wfsim.radio.transport.unreliable import Unreliable

_MISSING = np.array([True, False, True])


def test_reliable_sends_all_missing_packets_for_ever() -> None:
    assert Reliable().resend(_MISSING, 10_000).tolist() == _MISSING.tolist()
    assert not Reliable.keeps_partial and not Reliable.needs_deadline


def test_reliable_until_deadline_gives_up_after_its_attempts() -> None:
    transport = ReliableUntilDeadline(max_attempts=3)
    assert [transport.resend(_MISSING, attempts).any() for attempts in (1, 2, 3)] == [True, True, False]
    assert ReliableUntilDeadline.keeps_partial and ReliableUntilDeadline.needs_deadline


def test_one_attempt_is_unreliable() -> None:
    assert not ReliableUntilDeadline(max_attempts=1).resend(_MISSING, 1).any()
    with pytest.raises(ValidationError):
        ReliableUntilDeadline(max_attempts=0)


def test_unreliable_never_repeats() -> None:
    assert Unreliable().resend(_MISSING, 1).tolist() == [False] * 3
    assert Unreliable.keeps_partial and not Unreliable.needs_deadline


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(Exception, match="did you mean 'reliable'"):
        Transport.parse("relaible")
