from __future__ import annotations

from wfsim.radio.patience import Patience


def test_under_fading_a_million_blocks_are_enough() -> None:
    patience = Patience(0.5)
    for now_s in (3.0, 4.0, 500_002.0):
        patience.wait(now_s)
    assert patience.given_up is None
    patience.wait(500_003.0)
    assert patience.given_up == "1000000 coherence blocks"


def test_without_fading_twenty_thousand_divisions_are_enough() -> None:
    patience = Patience(None)
    for _ in range(19_999):
        patience.wait(1.0)
    assert patience.given_up is None
    patience.wait(1.0)
    assert patience.given_up == "20000 divisions of the band"


def test_a_rate_begins_the_wait_anew() -> None:
    patience = Patience(1.0)
    patience.wait(0.0)
    patience.wait(1e6)
    patience.renew()
    assert patience.given_up is None
    patience.wait(1e6)
    patience.wait(2e6 - 1.0)
    assert patience.given_up is None


def test_the_wait_goes_on_after_outages_and_does_not_count_them() -> None:
    """400,000 of a million blocks, a long outage, and the rest: outages neither end the wait nor make it endless."""
    patience = Patience(1.0)
    patience.wait(0.0)
    patience.wait(4e5)
    patience.pause(4e5, is_outage=True)
    patience.wait(9e6)
    assert patience.given_up is None
    patience.wait(9e6 + 6e5 - 1.0)
    assert patience.given_up is None
    patience.wait(9e6 + 6e5)
    assert patience.given_up == "1000000 coherence blocks"
