"""Any small federation, timing only, writes a journal that `verify` finds sound."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wfsim.results.verify import verify
from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

_FADING = st.sampled_from(["none", "rayleigh", {"kind": "rayleigh", "coherence_s": 0.4}, {"kind": "rician", "k_db": 6}])
_LINKS = st.builds(
    dict,
    kind=st.just("shannon"),
    residual_loss=st.sampled_from([0.0, 0.2]),
    csi_age_s=st.sampled_from([0.0, 0.02, 0.3]),
    margin_db=st.sampled_from([0.0, 3.0]),
) | st.just({"kind": "ideal"})
_TRANSPORTS = st.sampled_from(["reliable", "unreliable"])
_DOWNLINKS = st.builds(dict, kind=st.sampled_from(["broadcast", "unicast"]), transport=_TRANSPORTS)
_RADIOS = st.builds(
    dict,
    bandwidth_hz=st.sampled_from([2e5, 2e6]),
    fading=_FADING,
    link=_LINKS,
    downlink=_DOWNLINKS,
    transport=_TRANSPORTS,
    access=st.sampled_from(["dedicated", "fdma", {"kind": "fdma", "work_conserving": False}]),
)
_PROTOCOLS = st.sampled_from(["synchronous", *({"kind": "deadline", "round_s": s} for s in (0.3, 1.0, 2.5, 8.0))])
_SCENARIOS = st.builds(
    dict,
    seed=st.integers(0, 99),
    topology=st.builds(dict, kind=st.just("cell"), devices=st.integers(1, 5)),
    stop=st.just({"rounds": 2}),
    radio=_RADIOS,
    protocol=_PROTOCOLS,
    devices=st.builds(
        dict, availability=st.sampled_from(["always", "bernoulli"]), compute=st.sampled_from(["flops", "instant"])
    ),
    controller=st.sampled_from(["all", {"kind": "random", "devices": 2}]),
    learning=st.just({"kind": "none", "data": "digits"}),
    trace=st.builds(dict, channel=st.booleans()),
)


@settings(derandomize=True, max_examples=50, deadline=None)
@given(scenario=_SCENARIOS)
def test_every_journal_is_sound(scenario: dict[str, Any]) -> None:
    lines: list[dict[str, Any]] = []
    execute(build_world(Scenario.model_validate(scenario), Journal([lines.append])))
    assert verify(lines) == []
