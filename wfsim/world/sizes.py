"""How many bytes fly: what is known of an update's and a version's size before anything runs."""

from __future__ import annotations

from wfsim.errors import RunError, ScenarioError
from wfsim.learning.workload import Workload
from wfsim.messages import Plan
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.world.encoder import Wire
from wfsim.world.outbox import Outbox


def wire_of(scenario: Scenario, workload: Workload) -> Wire:
    """How this scenario's updates are encoded."""
    return Wire(
        codec=scenario.codec,
        shapes=workload.shapes,
        max_fragment_bytes=_max_fragment_bytes(scenario),
        streams=Streams(scenario.seed),
        sends_factors=scenario.learning.adapter.send == "factors",
    )


def _max_fragment_bytes(scenario: Scenario) -> int:
    """A fragment fills at most one packet on every air that it may cross."""
    return min(radio.packets.max_fragment_bytes for radio in (scenario.radio, *scenario.radios.values()))


def expected_plan(scenario: Scenario, wire: Wire) -> Plan:
    """Sizes of an update as the codec is set; those of an assumed update where values decide."""
    try:
        plan = wire.plan(None)
        return plan or wire.assumed(scenario.learning.assumed_spectrum, scenario.topology.device_names()[0], 0, None)
    except (ValueError, RunError) as error:
        raise ScenarioError(str(error), path="codec") from None


def download_plan(scenario: Scenario, workload: Workload) -> Plan:
    """Sizes of the global adapter. Raises ScenarioError for a codec that sends it in part or in unknown sizes."""
    codec = scenario.radio.downlink.codec
    plan = codec.plan(workload.shapes, _max_fragment_bytes(scenario))
    if plan is None or codec.has_memory:
        reason = "remembers" if codec.has_memory else "has sizes that depend on values"
        raise ScenarioError(f"codec {codec.kind} {reason}, which no download supports", path="radio.downlink.codec")
    if sum(plan.fragment_entries) != workload.shapes.trained.sum():
        message = f"codec {codec.kind} leaves entries out, which devices would take for zeros"
        raise ScenarioError(message, path="radio.downlink.codec")
    return plan


def usual_download(scenario: Scenario, workload: Workload) -> Plan:
    """Sizes of a version after a round in which every device took part; larger than version 0 where the base moves."""
    if not scenario.aggregator.moves_base:
        return download_plan(scenario, workload)
    try:
        return outbox_of(scenario, wire_of(scenario, workload)).usual(len(scenario.topology.device_names()))
    except ValueError as error:
        raise ScenarioError(str(error), path="radio.downlink.codec") from None


def edge_plan(scenario: Scenario, workload: Workload) -> Plan:
    """Sizes of an edge's update. Raises ScenarioError for a codec whose sizes depend on values."""
    codec = scenario.hierarchy.codec
    plan = codec.plan(workload.shapes, _max_fragment_bytes(scenario))
    if plan is None:
        message = f"codec {codec.kind} has sizes that depend on values, which no edge supports"
        raise ScenarioError(message, path="hierarchy.codec")
    return plan


def outbox_of(scenario: Scenario, wire: Wire) -> Outbox:
    """What knows which version every device holds, at the beginning."""
    return Outbox(
        aggregator=scenario.aggregator,
        codec=scenario.radio.downlink.codec,
        shapes=wire.shapes,
        max_fragment_bytes=wire.max_fragment_bytes,
    )
