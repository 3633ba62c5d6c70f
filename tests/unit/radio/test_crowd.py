from __future__ import annotations

import numpy as np
import pytest
import simpy

from wfsim.radio.crowd import Crowd
from wfsim.radio.transfer import Transfer
from wfsim.radio.transport.reliable import Reliable


def _transfer(name: str, links: list[int], bits: float) -> Transfer:
    return Transfer(
        name=name,
        devices=tuple(f"d{link}" for link in links),
        links=np.array(links),
        weight=0.5,
        bits=np.array([bits]),
        transport=Reliable(),
        start_s=0.0,
    )


@pytest.fixture
def crowd() -> Crowd:
    """Transfers c, a, b, the last to two receivers, that came in this order."""
    crowd, env = Crowd(), simpy.Environment()
    for name, links, bits in (("c", [3], 30.0), ("a", [1], 10.0), ("b", [2, 0], 20.0)):
        crowd.add(_transfer(name, links, bits), env.event())
    return crowd


def test_everything_is_in_order_of_name(crowd: Crowd) -> None:
    assert crowd.names == [t.name for t in crowd.transfers] == ["a", "b", "c"]
    assert crowd.column("pass_bits").tolist() == crowd.column("remaining_bits").tolist() == [10.0, 20.0, 30.0]
    assert crowd.links.tolist() == [1, 2, 0, 3] and crowd.counts.tolist() == [1, 2, 1]
    assert crowd.links_of(1) == slice(1, 3)


def test_least_over_the_links_and_back(crowd: Crowd) -> None:
    assert crowd.least(np.array([[1.0], [4.0], [2.0], [3.0]])).tolist() == [[1.0], [2.0], [3.0]]
    assert crowd.each_link(np.array([1.0, 2.0, 3.0])).tolist() == [1.0, 2.0, 2.0, 3.0]


def test_counts_are_written_into_what_leaves(crowd: Crowd) -> None:
    crowd.column("airtime_s")[:] = (0.1, 0.2, 0.3)
    crowd.column("at_zero")[:] = (1.0, 2.0, 3.0)
    transfer, _ = crowd.remove(crowd.row("b"))
    assert (transfer.name, transfer.tally.airtime_s, transfer.tally.blocks_at_zero) == ("b", 0.2, 2)
    assert crowd.names == ["a", "c"] and crowd.links.tolist() == [1, 3]
    assert crowd.column("airtime_s").tolist() == [0.1, 0.3]
    with pytest.raises(KeyError):
        crowd.row("b")


def test_what_rounding_leaves_has_flown(crowd: Crowd) -> None:
    crowd.set_remaining(np.array([-1e-15, 2e-12, 40.0]))
    assert crowd.column("remaining_bits").tolist() == [0.0, 0.0, 30.0]
    assert crowd.progress_bits(0) == 10.0


def test_many_can_be_on_the_air() -> None:
    crowd, env = Crowd(), simpy.Environment()
    for number in reversed(range(100)):
        crowd.add(_transfer(f"t{number:03d}", [number], float(number + 1)), env.event())
    assert crowd.column("pass_bits").tolist() == [float(number + 1) for number in range(100)]
    assert crowd.links.tolist() == list(range(100))
