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
