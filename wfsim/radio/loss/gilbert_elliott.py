"""Losses in bursts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from wfsim.radio.loss import PacketLoss
from wfsim.rng import Address, Streams

_SPARE_CYCLES = 8


class GilbertElliott(PacketLoss, kind="gilbert_elliott"):
    """A two-state Markov chain from packet to packet: lost with `loss_good` in its good state, `loss_bad` in its bad.

    Gilbert 1960; Elliott 1963. P(bad) = p / (p + r) with p = `p_good_to_bad`, r = `p_bad_to_good`; a bad run has 1/r
    packets on average. The chain runs over the packets of a flight in order of their numbers and starts stationary;
    second, third, ... flights have chains of their own, as if long after. It counts packets, not seconds: valid where
    packets of similar length follow one another. For bursts in time see the fading `blockage`.
    """

    p_good_to_bad: float = Field(0.01, gt=0.0, le=1.0, description="probability of turning bad after a packet")
    p_bad_to_good: float = Field(0.25, gt=0.0, le=1.0, description="probability of turning good after a packet")
    loss_good: float = Field(0.0, ge=0.0, lt=1.0, description="loss probability in the good state")
    loss_bad: float = Field(1.0, ge=0.0, le=1.0, description="loss probability in the bad state")

    def lost(self, streams: Streams, flight: tuple[Address, ...], packets: int) -> NDArray[np.bool_]:
        bad = self.bad(streams.generator("packet_state", *flight), packets)
        return streams.uniforms(packets, "packet_burst", *flight) < np.where(bad, self.loss_bad, self.loss_good)

    def bad(self, generator: np.random.Generator, packets: int) -> NDArray[np.bool_]:
        """Whether the state is bad during each of consecutive packets, drawn as alternating geometric sojourns."""
        first, states = generator.random() < self.bad_share, np.zeros(0, dtype=bool)
        leave = (self.p_bad_to_good, self.p_good_to_bad) if first else (self.p_good_to_bad, self.p_bad_to_good)
        while len(states) < packets:
            left = packets - len(states)
            cycles = int(left / (1.0 / leave[0] + 1.0 / leave[1])) + _SPARE_CYCLES
            sojourns = np.minimum(generator.geometric(leave, (cycles, 2)), left).ravel()
            states = np.concatenate([states, np.repeat(np.tile([first, not first], cycles), sojourns)])
        return states[:packets]

    @property
    def bad_share(self) -> float:
        """The stationary probability of the bad state."""
        return self.p_good_to_bad / (self.p_good_to_bad + self.p_bad_to_good)

    def lost_share(self) -> float:
        return (1.0 - self.bad_share) * self.loss_good + self.bad_share * self.loss_bad
