"""What may refuse a scenario once its parts are built: data, shapes, codecs, control, memory, links."""

from __future__ import annotations

from collections.abc import Sequence

from wfsim.control import Setting
from wfsim.errors import ScenarioError, nearest
from wfsim.learning.memory import require_memory, training_memory
from wfsim.learning.workload import Workload, build_workload
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.topology.layout import layout_of
from wfsim.world.links import draw_links
from wfsim.world.sizes import download_plan, edge_plan, expected_plan, usual_download, wire_of


def check_scenario(scenario: Scenario) -> None:
    """Build what may refuse a scenario: data, shapes, codecs, control, links. Raises ScenarioError or RunError."""
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    expected_plan(scenario, wire_of(scenario, workload))
    check_aggregation(scenario, workload)
    download_plan(scenario, workload)
    if scenario.hierarchy.edge_rounds:
        edge_plan(scenario, workload)
    check_control(scenario, workload)
    check_names(scenario, devices)
    check_memory(scenario, workload)
    layout = layout_of(scenario.topology.graph(streams))
    for station in layout.stations:
        draw_links(scenario.radio_of(station.radio), streams, station, scenario.topology.mobility)


def check_control(scenario: Scenario, workload: Workload) -> Setting:
    """What the controller knows of this scenario. Raises ScenarioError where it cannot work with it."""
    steps = {device: workload.steps(device) for device in scenario.topology.device_names()}
    setting = Setting(rank=workload.shapes.rank, steps=steps, band_hz=scenario.radio.bandwidth_hz)
    if scenario.controller.grants_ranks and not workload.shapes.pairs:
        message = f"{scenario.controller.kind} chooses ranks, and without LoRA pairs (learning.adapter) there are none"
        raise ScenarioError(message, path="controller")
    scenario.controller.begin(setting)
    if scenario.controller.reads_scores and wire_of(scenario, workload).plan(1) is None:
        message = f"controller {scenario.controller.kind} must know sizes beforehand; give codec soft scope: matrix"
        raise ScenarioError(message, path="codec")
    return setting


def check_names(scenario: Scenario, devices: Sequence[str]) -> None:
    """Devices that measured files and lists name must be there."""
    scenario.devices.availability.check(devices)
    for radio in (scenario.radio, *scenario.radios.values()):
        radio.measured.check(devices)
    known = set(devices)
    for name in scenario.devices.failing or ():
        if name not in known:
            raise ScenarioError(f"no device called {name!r}{nearest(name, devices)}", path="devices.failing")


def check_memory(scenario: Scenario, workload: Workload) -> None:
    """Training must fit every device."""
    if (room := scenario.devices.compute.memory_bytes) is not None:
        require_memory(training_memory(workload.settings, workload.encoder, workload.shapes), room)


def check_aggregation(scenario: Scenario, workload: Workload) -> None:
    """The rule must suit what is sent."""
    scenario.aggregator.begin(workload.shapes)
    if scenario.aggregator.moves_base:
        if not workload.shapes.pairs:
            message = f"{scenario.aggregator.kind} moves the base by LoRA products, and learning.adapter has no pairs"
            raise ScenarioError(message, path="aggregator")
        usual_download(scenario, workload)
    if workload.shapes.factors == "alternate" and scenario.aggregator.restarts:
        message = f"{scenario.aggregator.kind} begins every version with B = 0, where A has no gradient to alternate"
        raise ScenarioError(message, path="learning.adapter.factors")
    if workload.shapes.factors == "alternate" and scenario.hierarchy.edge_rounds:
        message = "alternate follows the versions of one server; edges that average have versions of their own"
        raise ScenarioError(message, path="learning.adapter.factors")
