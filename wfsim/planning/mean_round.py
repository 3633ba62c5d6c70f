"""What a round takes at mean channel statistics, by trained rank and kept ranks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wfsim.compress import Codec
from wfsim.control import Setting
from wfsim.learning.workload import Workload, build_workload
from wfsim.messages import Candidate
from wfsim.planning.download import download_s, free_hz
from wfsim.planning.mean_channel import MeanChannel, gap_and_cap
from wfsim.planning.sizes import bits_flying, bits_on_air
from wfsim.rng import Streams
from wfsim.scenario.schema import Scenario
from wfsim.world.links import Losses, losses_of
from wfsim.world.sizes import usual_download

Vector = NDArray[np.float64]
Indices = NDArray[np.int64]


def at_rank(scenario: Scenario, rank: int) -> Scenario:
    """The same scenario with `learning.adapter.rank` set, and `alpha` so that the scale alpha / rank stays."""
    settings = scenario.learning.adapter
    adapter = settings.model_copy(update={"rank": rank, "alpha": settings.scale * rank})
    return scenario.model_copy(update={"learning": scenario.learning.model_copy(update={"adapter": adapter})})


def is_free(codec: Codec) -> bool:
    """Whether a plan may set how many ranks are kept."""
    return codec.adjustable and not codec.fixed


@dataclass(frozen=True, kw_only=True, eq=False)
class MeanRound:
    """A round in which every link has its mean SNR, under interference that is always there, and computing takes its
    undisturbed time.

    `cohort` are the devices, `download_s` and `compute_s` [cohort] what their first steps take. Requests and
    grants are left out: they are a few hundred bytes.
    """

    scenario: Scenario
    workload: Workload
    channel: MeanChannel
    cohort: tuple[str, ...]
    download_s: Vector
    compute_s: Vector
    _upload_bits: dict[int, float] = field(default_factory=dict)

    @property
    def release_s(self) -> Vector:
        """When each device may upload [cohort]: after its download and training, under a controller that asks after
        everybody's."""
        own_s = self.download_s + self.compute_s
        return np.full(len(own_s), own_s.max()) if self.scenario.controller.asks else own_s

    @property
    def keeps(self) -> tuple[int, ...]:
        """Numbers of ranks that can be sent: 1 ... rank, or all of them alone where the codec leaves no choice."""
        rank = self.workload.shapes.rank
        return tuple(range(1, rank + 1)) if is_free(self.scenario.codec) else (rank,)

    def upload_bits(self, kept: int) -> float:
        """Bits of one upload on the air, each packet once, headers included."""
        if kept not in self._upload_bits:
            codec = self.scenario.codec
            sent = codec.keeping(kept) if is_free(codec) else codec
            self._upload_bits[kept] = _bits(self.scenario, self.workload, sent)
        return self._upload_bits[kept]

    def round_s(self, kept: int) -> float:
        """Seconds from the round's start to the last upload's end, if the band is shared for the least of it."""
        return self.channel.finish_s(self._flying_bits(kept), self.release_s)

    def upload_s(self, kept: int) -> float:
        """Seconds of the cohort's uploads if all begin at once."""
        return self.channel.finish_s(self._flying_bits(kept), np.zeros(len(self.cohort)))

    def _flying_bits(self, kept: int) -> float:
        """Under a duty cycle what would fly in the off-times too: its rate is that much smaller."""
        radio = self.scenario.radio
        bits = bits_flying(self.upload_bits(kept), radio.transport, radio.loss.mean_loss(radio.link.residual_loss))
        return bits / radio.duty_cycle


def mean_round(scenario: Scenario) -> MeanRound:
    """Draw links and speeds, and take the cohort that the controller would choose first if all devices were there.

    Raises ScenarioError as building the world does.
    """
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    links = losses_of(scenario, streams)
    speeds = scenario.devices.compute.speeds_flops_per_s(streams, devices)
    compute_s = np.array([workload.flops(device) for device in devices]) / speeds
    cohort = _first_cohort(scenario, workload, links.mean_snr_db(scenario.radio), compute_s)
    return MeanRound(
        scenario=scenario,
        workload=workload,
        channel=_uplink(scenario, links, cohort),
        cohort=tuple(devices[index] for index in cohort),
        download_s=_download_s(scenario, workload, links, cohort),
        compute_s=compute_s[cohort],
    )


def _first_cohort(scenario: Scenario, workload: Workload, mean_snr_db: Vector, compute_s: Vector) -> Indices:
    devices, controller = scenario.topology.device_names(), scenario.controller
    bits = _bits(scenario, workload, scenario.codec)
    known = [
        Candidate(
            device=device,
            mean_snr_db=float(snr_db),
            snr_db=float(snr_db),
            upload_bits=bits,
            examples=workload.examples(device),
            compute_s=float(seconds),
        )
        for device, snr_db, seconds in zip(devices, mean_snr_db, compute_s, strict=True)
    ]
    steps = {device: workload.steps(device) for device in devices}
    setting = Setting(rank=workload.shapes.rank, steps=steps, band_hz=scenario.radio.bandwidth_hz)
    chosen = controller.select(Streams(scenario.seed), 1, known, 0, controller.begin(setting))
    return np.array([devices.index(device) for device in chosen])


def _download_s(scenario: Scenario, workload: Workload, links: Losses, cohort: Indices) -> Vector:
    radio, devices = scenario.radio, scenario.topology.device_names()
    once = float(radio.packets.packet_bits(usual_download(scenario, workload).fragment_bytes).sum())
    bits = bits_flying(once, radio.downlink.transport, radio.loss.mean_loss(radio.link.residual_loss))
    heard_hz = links.snr_hz(radio.downlink_power_dbm, radio)[cohort] / radio.interference.rise("down")
    mean_snr = heard_hz / radio.bandwidth_hz
    return download_s(radio, bits, mean_snr, [devices[index] for index in cohort])


def _uplink(scenario: Scenario, links: Losses, cohort: Indices) -> MeanChannel:
    gap, cap = gap_and_cap(scenario.radio.link)
    radio = scenario.radio
    snr_hz = links.snr_hz(radio.uplink_power_dbm, radio)[cohort] / radio.interference.rise("up")
    return MeanChannel(snr_hz=snr_hz, band_hz=free_hz(scenario.radio), gap=gap, cap_bps_per_hz=cap)


def _bits(scenario: Scenario, workload: Workload, codec: Codec) -> float:
    return bits_on_air(codec, workload, scenario.radio.packets, Streams(scenario.seed))
