"""What a scenario file may say: sections of slots, with defaults that make a useful run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from wfsim.aggregate import Aggregator
from wfsim.aggregate.fedit import FedIt
from wfsim.compress import Codec
from wfsim.compress.dense import Dense
from wfsim.control import Controller
from wfsim.control.all_devices import AllDevices
from wfsim.devices.availability import Availability
from wfsim.devices.availability.always import Always
from wfsim.devices.compute import Compute
from wfsim.devices.compute.flops import Flops
from wfsim.devices.energy import Energy
from wfsim.devices.energy.constant_power import ConstantPower
from wfsim.downlink import Downlink
from wfsim.downlink.broadcast import Broadcast
from wfsim.errors import ScenarioError, nearest
from wfsim.learning.settings import Learning
from wfsim.outages import Outages
from wfsim.outages.none import NoOutages
from wfsim.part import Section
from wfsim.protocol import Protocol
from wfsim.protocol.synchronous import Synchronous
from wfsim.radio.access import Access
from wfsim.radio.access.fdma import Fdma
from wfsim.radio.background import Background
from wfsim.radio.background.none import NoBackground
from wfsim.radio.fading import Fading
from wfsim.radio.fading.rayleigh import Rayleigh
from wfsim.radio.interference import Interference
from wfsim.radio.interference.none import NoInterference
from wfsim.radio.link import Link
from wfsim.radio.link.shannon import Shannon
from wfsim.radio.loss import PacketLoss
from wfsim.radio.loss.independent import Independent
from wfsim.radio.measured import MeasuredLink
from wfsim.radio.measured.none import NotMeasured
from wfsim.radio.packets import Packets
from wfsim.radio.path_loss import PathLoss
from wfsim.radio.path_loss.macro_128 import Macro128
from wfsim.radio.shadowing import Shadowing
from wfsim.radio.shadowing.log_normal import LogNormal
from wfsim.radio.transport import Transport
from wfsim.radio.transport.reliable import Reliable
from wfsim.scenario.parts import PartFile
from wfsim.scenario.sweep import Sweep
from wfsim.topology import Topology
from wfsim.topology.cell import Cell
from wfsim.units import CLOCK, clock_s
from wfsim.uplink import Uplink
from wfsim.uplink.digital import Digital


class Stop(Section):
    """When a run ends: whichever comes first, at the end of a round."""

    rounds: int | None = Field(20, ge=1, description="rounds")
    time_s: float | None = Field(None, gt=0.0, description="simulated seconds")
    target_accuracy: float | None = Field(None, gt=0.0, le=1.0, description="accuracy on held-out data")

    @model_validator(mode="after")
    def _some_end(self) -> Stop:
        if self.rounds is None and self.time_s is None:
            raise ValueError("give rounds or time_s: a target accuracy alone may never be reached")
        return self


class Radio(Section):
    """The air of a station: one band of `bandwidth_hz` for each direction, gains reciprocal."""

    profile: str | None = Field(None, description="a packaged radio that these settings change: wfsim list profiles")
    carrier_hz: float = Field(2e9, gt=0.0, le=1e12, description="carrier frequency, Hz")
    bandwidth_hz: float = Field(1e6, ge=1.0, le=1e11, description="band of each direction, Hz")
    noise_figure_db: float = Field(6.0, ge=0.0, le=50.0, description="receivers' noise figure, dB")
    uplink_power_dbm: float = Field(20.0, ge=-100.0, le=100.0, description="radiated power of a device, dBm")
    downlink_power_dbm: float = Field(
        33.0, ge=-100.0, le=100.0, description="radiated power of the base station over the whole band, dBm"
    )
    path_loss: PathLoss = Field(Macro128(), description="mean loss over distance")
    shadowing: Shadowing = Field(LogNormal(), description="large-scale fading")
    fading: Fading = Field(Rayleigh(), description="small-scale fading")
    link: Link = Field(Shannon(), description="rate and loss at an SNR")
    loss: PacketLoss = Field(Independent(), description="packets lost beside outage and the link's residual loss")
    interference: Interference = Field(NoInterference(), description="what other cells add to the noise")
    access: Access = Field(Fdma(), description="sharing of the band")
    background: Background = Field(NoBackground(), description="foreign traffic in the band")
    measured: MeasuredLink = Field(NotMeasured(), description="links that follow a measured rate or SNR instead")
    packets: Packets = Field(Packets(), description="packet sizes and the engine that flies them")
    duty_cycle: float = Field(
        1.0, gt=0.0, le=1.0, description="share of the time in which a device may send, on average over its off-times"
    )
    transport: Transport = Field(Reliable(), description="what happens to lost packets of the uplink")
    downlink: Downlink = Field(Broadcast(), description="how the global adapter reaches the cohort")


class Devices(Section):
    """The machines that train."""

    compute: Compute = Field(Flops(), description="computing time")
    energy: Energy = Field(ConstantPower(), description="joules drawn")
    availability: Availability = Field(Always(), description="when devices can be asked to take part")
    failures: Outages = Field(NoOutages(), description="when a device crashes and until when it is away")
    failing: tuple[str, ...] | None = Field(None, description="names of the devices that can crash; null: all")
    recovery: Literal["abandon", "restart"] = Field(
        "abandon", description="a device that is back waits to be chosen, or begins its turn again within the round"
    )
    keeps_state: bool = Field(
        True, description="whether what a device holds and owes (adapter, residual) survives its crash"
    )


class Server(Section):
    """The machine that aggregates. After an outage it goes on from the last version that it had stored."""

    outages: Outages = Field(NoOutages(), description="when the server is down; the round it was in is lost")
    durable_every_rounds: int = Field(1, ge=1, description="how often the global adapter is stored, rounds")


class Hierarchy(Section):
    """Where updates are averaged. Each edge (the first `edge_server` on a station's way to the cloud, else the station)
    runs `edge_rounds` rounds among its own devices, then sends one update to the cloud, which averages the edges by
    their examples. Liu et al. 2020 (HierFAVG). With 0 the edges forward everything and the cloud alone averages."""

    edge_rounds: int = Field(0, ge=0, description="rounds at the edge within one round of the cloud; 0: none")
    codec: Codec = Field(Dense(values="fp32"), description="encoding of what an edge sends to the cloud")


class Trace(Section):
    """What the journal holds beyond the usual."""

    channel: bool = Field(False, description="write every fading gain that a transfer meets")
    bands: bool = Field(True, description="write every division of the band; with n on the air that is n shares each")
    updates: bool = Field(False, description="measure the structure of every round's updates: spread, Gram, SVD")


class Scenario(Section):
    """One experiment. Everything a run depends on is in here, in the code and in the files it names."""

    name: str = Field("scenario", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="name of runs and figures")
    seed: int = Field(1, ge=0, lt=2**63, description="root of all random streams")
    parts: tuple[PartFile, ...] = Field((), description="Python files with kinds of your own, each loaded when named")
    start_time: str = Field(
        "00:00", pattern=CLOCK, description="clock of day at t = 0, HH:MM or HH:MM:SS, for what goes by the hour"
    )
    stop: Stop = Field(Stop(), description="when the run ends")
    topology: Topology = Field(Cell(), description="who is where")
    radio: Radio = Field(Radio(), description="the air")
    radios: dict[str, Radio] = Field(
        {}, description="other airs by name, for stations of a topology: each says what differs from `radio`"
    )
    devices: Devices = Field(Devices(), description="the machines that train")
    server: Server = Field(Server(), description="the machine that aggregates")
    learning: Learning = Field(Learning(), description="what is trained")
    codec: Codec = Field(Dense(values="fp16"), description="encoding of updates")
    aggregator: Aggregator = Field(FedIt(), description="how updates become the next adapter")
    hierarchy: Hierarchy = Field(Hierarchy(), description="averaging at the edge, before the cloud")
    protocol: Protocol = Field(Synchronous(), description="when the server aggregates")
    controller: Controller = Field(AllDevices(), description="who trains, and the weights of the band")
    uplink: Uplink = Field(Digital(), description="how updates reach the server")
    trace: Trace = Field(Trace(), description="what the journal holds beyond the usual")
    sweep: Sweep | None = Field(None, exclude=True, description="a batch of runs, for wfsim sweep; no part of a run")

    @property
    def start_s(self) -> float:
        """Clock of day at t = 0 in seconds after midnight."""
        return clock_s(self.start_time)

    def radio_of(self, name: str | None) -> Radio:
        """The radio of a station that names one of `radios`, or `radio`. Raises ScenarioError for another name."""
        if name is None:
            return self.radio
        if name not in self.radios:
            message = f"no radio called {name!r}{nearest(name, self.radios)}; known: {', '.join(sorted(self.radios))}"
            raise ScenarioError(message, path="radios")
        return self.radios[name]

    def _transports(self) -> Iterator[tuple[str, Transport]]:
        for path, radio in [("radio", self.radio), *((f"radios.{name}", each) for name, each in self.radios.items())]:
            yield f"{path}.transport", radio.transport
            yield f"{path}.downlink.transport", radio.downlink.transport

    @model_validator(mode="after")
    def _one_download_codec(self) -> Scenario:
        for name, radio in self.radios.items():
            if radio.downlink.codec != self.radio.downlink.codec:
                raise ValueError(f"radios.{name}.downlink.codec differs from radio.downlink.codec; give it there")
        return self

    @model_validator(mode="after")
    def _deadline_is_known(self) -> Scenario:
        for path, transport in self._transports():
            if transport.needs_deadline and not self.protocol.has_deadline:
                raise ValueError(
                    f"{path} {transport.kind} needs a protocol with a deadline; protocol {self.protocol.kind} has none"
                )
        return self

    @model_validator(mode="after")
    def _controller_fits(self) -> Scenario:
        controller, codec, protocol = self.controller, self.codec, self.protocol
        if controller.grants_ranks and not codec.adjustable:
            raise ValueError(f"controller {controller.kind} grants ranks; codec {codec.kind} has none to set")
        if controller.orders_ranks and codec.by_lot:
            raise ValueError(
                f"controller {controller.kind} has devices train their first ranks; codec {codec.kind} sends any"
            )
        if controller.grants_ranks and codec.fixed:
            raise ValueError(
                f"controller {controller.kind} grants how many ranks to keep; codec.keep is fixed beside it"
            )
        if controller.may_hold and not codec.has_memory:
            raise ValueError(f"controller {controller.kind} holds updates back, which needs codec error_feedback")
        if protocol.continuous and controller.paced:
            raise ValueError(
                f"controller {controller.kind} steers the duration of rounds; protocol {protocol.kind} has none"
            )
        return self

    @model_validator(mode="after")
    def _hierarchy_fits(self) -> Scenario:
        if not self.hierarchy.edge_rounds:
            return self
        if self.protocol.continuous or self.protocol.overtaken == "finish":
            raise ValueError("hierarchy.edge_rounds needs a protocol in whose rounds everybody ends or is stopped")
        if not isinstance(self.server.outages, NoOutages):
            raise ValueError("hierarchy.edge_rounds beside server.outages is not supported; give topology outages")
        if self.hierarchy.codec.has_memory or self.hierarchy.codec.adjustable:
            raise ValueError(f"hierarchy.codec {self.hierarchy.codec.kind} needs a device's grants or memory")
        return self

    @model_validator(mode="after")
    def _base_can_move(self) -> Scenario:
        """What moves the base must reach everybody whole, and nobody may train on an older one."""
        if not self.aggregator.moves_base:
            return self
        kind, factors = f"aggregator {self.aggregator.kind} moves the base", self.learning.adapter.factors
        self._require_whole_downloads(f"{kind}, which must arrive whole")
        if self.protocol.continuous or self.protocol.overtaken == "finish":
            raise ValueError(f"{kind}, and protocol {self.protocol.kind} would let devices train on an older one")
        if self.hierarchy.edge_rounds:
            raise ValueError(f"{kind}, and hierarchy.edge_rounds would give every edge a base of its own")
        if not isinstance(self.server.outages, NoOutages):
            raise ValueError(f"{kind}, which server.outages would take back from devices that have the newer one")
        if factors != "both":
            raise ValueError(f"{kind} to make averages exact; under learning.adapter.factors {factors} they are")
        return self

    @model_validator(mode="after")
    def _factors_can_be_sent(self) -> Scenario:
        """The server takes from them what the device started from, so it must know that."""
        if self.learning.adapter.send == "factors":
            if self.codec.has_memory:
                raise ValueError(f"codec {self.codec.kind} remembers what of a change was not sent: give send: deltas")
            self._require_whole_downloads("learning.adapter.send factors: the server must know what devices hold")
        return self

    def _require_whole_downloads(self, why: str) -> None:
        for name, radio in [("radio", self.radio), *((f"radios.{name}", each) for name, each in self.radios.items())]:
            if radio.downlink.transport.keeps_partial:
                lossy = f"{name}.downlink.transport {radio.downlink.transport.kind}"
                raise ValueError(f"{why}; {lossy} delivers parts: give reliable")

    @model_validator(mode="after")
    def _target_can_be_measured(self) -> Scenario:
        if self.learning.kind == "none" and self.stop.target_accuracy is not None:
            raise ValueError("stop.target_accuracy needs learning that trains; learning.kind is none")
        return self
