"""What beside an aggregator that moves the base is refused, in one line that says why."""

from __future__ import annotations

import pytest

from wfsim.errors import ScenarioError
from wfsim.scenario.load import load_scenario
from wfsim.world.checks import check_scenario

SITES = {"kind": "sites", "sites": [{"name": name, "devices": 2, "min_distance_m": 40} for name in ("a", "b")]}


@pytest.mark.parametrize("aggregator", ["flora", "fedex"])
@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        ({"radio.downlink.transport": "unreliable"}, "radio.downlink.transport unreliable delivers parts"),
        (
            {"radios": {"hall": {"downlink": {"transport": "unreliable"}}}},
            "radios.hall.downlink.transport unreliable delivers parts",
        ),
        ({"protocol": "asynchronous"}, "protocol asynchronous would let devices train on an older one"),
        ({"protocol": {"kind": "buffered", "buffer": 2}}, "protocol buffered would let"),
        ({"protocol": {"kind": "deadline", "round_s": 3.0, "overtaken": "finish"}}, "protocol deadline would let"),
        ({"server.outages": {"kind": "scheduled", "windows": [[5.0, 5.5]]}}, "server.outages would take back"),
        ({"learning.adapter.factors": "b"}, "under learning.adapter.factors b they are"),
        ({"learning.adapter.method": "head"}, "learning.adapter has no pairs"),
        ({"radio.downlink.codec": {"kind": "soft", "keep": 4}}, "cannot send all entries of a base's change"),
    ],
)
def test_what_does_not_fit_is_refused(aggregator: str, overrides: dict, says: str) -> None:
    with pytest.raises(ScenarioError, match="base") as raised:
        check_scenario(load_scenario("digits", {"aggregator": aggregator, **overrides}))
    assert says in str(raised.value) and "\n" not in str(raised.value)


def test_edges_that_average_are_refused() -> None:
    text = {"aggregator": "flora", "hierarchy.edge_rounds": 1, "topology": SITES}
    with pytest.raises(ScenarioError, match=r"moves the base, and hierarchy\.edge_rounds"):
        load_scenario("digits", text)


def test_the_facts_count_a_download_that_brings_changes() -> None:
    from wfsim.cli._facts import facts

    sizes = {
        name: facts(load_scenario("digits", {"aggregator": name}))["download_bytes"] for name in ("fedit", "flora")
    }
    assert sizes["flora"] > 3 * sizes["fedit"]
