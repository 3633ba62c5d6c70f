"""What a round takes at mean channel statistics, by trained rank and kept ranks."""

from __future__ import annotations

from dataclasses import dataclass

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
from wfsim.world.links import LargeScale, draw_links

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
    """A round in which every link has its mean SNR and computing takes its undisturbed time.

    `release_s` [cohort] is when each device may upload: after its download and training, and under a controller that
    asks after everybody's. Requests and grants are left out: they are a few hundred bytes.
    """

    scenario: Scenario
    workload: Workload
    channel: MeanChannel
    release_s: Vector

    @property
    def keeps(self) -> tuple[int, ...]:
        """Numbers of ranks that can be sent: 1 ... rank, or all of them alone where the codec leaves no choice."""
        rank = self.workload.shapes.rank
        return tuple(range(1, rank + 1)) if is_free(self.scenario.codec) else (rank,)

    def upload_bits(self, kept: int) -> float:
        """Bits of one upload on the air, each packet once, headers included."""
        codec = self.scenario.codec
        return _bits(self.scenario, self.workload, codec.keeping(kept) if is_free(codec) else codec)

    def round_s(self, kept: int) -> float:
        """Seconds from the round's start to the last upload's end, if the band is shared for the least of it."""
        radio = self.scenario.radio
        bits = bits_flying(self.upload_bits(kept), radio.transport, radio.link.residual_loss)
        return self.channel.finish_s(bits, self.release_s)


def mean_round(scenario: Scenario) -> MeanRound:
    """Draw links and speeds, and take the cohort that the controller would choose first if all devices were there.

    Raises ScenarioError as building the world does.
    """
    streams, devices = Streams(scenario.seed), scenario.topology.device_names()
    workload = build_workload(scenario.learning, streams, devices)
    links = draw_links(scenario.radio, streams, scenario.topology.graph(streams), devices)
    speeds = scenario.devices.compute.speeds_flops_per_s(streams, devices)
    compute_s = np.array([workload.flops(device) for device in devices]) / speeds
    cohort = _first_cohort(scenario, workload, links.mean_snr_db(scenario.radio), compute_s)
    release_s = _download_s(scenario, workload, links, cohort) + compute_s[cohort]
    return MeanRound(
        scenario=scenario,
        workload=workload,
        channel=_uplink(scenario, links, cohort),
        release_s=np.full(len(cohort), release_s.max()) if scenario.controller.asks else release_s,
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


def _download_s(scenario: Scenario, workload: Workload, links: LargeScale, cohort: Indices) -> Vector:
    radio, devices = scenario.radio, scenario.topology.device_names()
    once = _bits(scenario, workload, radio.downlink.codec)
    bits = bits_flying(once, radio.downlink.transport, radio.link.residual_loss)
    mean_snr = links.snr_hz(radio.downlink_power_dbm, radio)[cohort] / radio.bandwidth_hz
    return download_s(radio, bits, mean_snr, [devices[index] for index in cohort])


def _uplink(scenario: Scenario, links: LargeScale, cohort: Indices) -> MeanChannel:
    gap, cap = gap_and_cap(scenario.radio.link)
    snr_hz = links.snr_hz(scenario.radio.uplink_power_dbm, scenario.radio)[cohort]
    return MeanChannel(snr_hz=snr_hz, band_hz=free_hz(scenario.radio), gap=gap, cap_bps_per_hz=cap)


def _bits(scenario: Scenario, workload: Workload, codec: Codec) -> float:
    return bits_on_air(codec, workload, scenario.radio.packets, Streams(scenario.seed))
