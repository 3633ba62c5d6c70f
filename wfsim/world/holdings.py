"""What devices hold of the global adapter and of the base: the newest values that they received."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from wfsim.compress import Codec
from wfsim.learning.base import Base
from wfsim.messages import Adapter, AdapterShapes, Plan, Values
from wfsim.world.encoder import Wire
from wfsim.world.moving_base import MovingBase
from wfsim.world.outbox import Outbox
from wfsim.world.turn import Mask


@dataclass(kw_only=True, eq=False)
class Holdings:
    """Of every entry the newest value that came: `held` [entries] by device; `initial` [entries] comes with the model.

    `versions` are those that somebody may still be downloading, under `name`, which addresses their encoding. Where the
    base moves, `moving` knows it, and adapter and base arrive together: whole, or not at all.
    """

    wire: Wire
    codec: Codec
    outbox: Outbox
    moving: MovingBase | None
    initial: Values
    name: str
    held: dict[str, Values] = field(default_factory=dict)
    versions: dict[int, Adapter] = field(default_factory=dict)
    _decoded: dict[int, tuple[tuple[bytes, ...], Values]] = field(default_factory=dict)

    def send(self, devices: Sequence[str], version: int) -> Plan:
        """These devices are sent a version in one payload: what flies."""
        return self.outbox.send(devices, version)

    def receive(self, device: str, version: int, fragments: Mask) -> None:
        """The device received these fragments of a version."""
        encoded, values = self._content(version)
        if self.moving is not None:
            self._receive_all(self.moving, device, values, fragments)
        elif fragments.all():
            self.held[device] = values
        else:
            came = [fragment for fragment, arrived in zip(encoded, fragments, strict=True) if arrived]
            received, mask = self.codec.decode(came, self.wire.shapes)
            self.held[device] = np.where(mask, received, self.held.get(device, self.initial))

    def base(self, device: str) -> Base | None:
        """The base that the device trains on; None: the model on disk."""
        return self.moving.held.get(device) if self.moving is not None else None

    def reset(self, device: str) -> None:
        """The device has the model on disk and nothing else."""
        self.held.pop(device, None)
        self.outbox.reset(device)
        if self.moving is not None:
            self.moving.reset(device)

    def keep(self, in_use: Set[int]) -> None:
        """Nobody downloads other versions than these any more."""
        self.versions = {version: adapter for version, adapter in self.versions.items() if version in in_use}
        self._decoded = {version: content for version, content in self._decoded.items() if version in in_use}

    def _receive_all(self, moving: MovingBase, device: str, values: Values, fragments: Mask) -> None:
        if fragments.all():
            self.held[device] = values
            moving.receive(device)
            self.outbox.received(device)
        else:
            self.held.setdefault(device, self.initial)

    def _content(self, version: int) -> tuple[tuple[bytes, ...], Values]:
        """Fragments of a version and the values of all of them together, worked out once per version."""
        if version not in self._decoded:
            shapes, whole = self.outbox.adapter_shapes(version), self.versions[version].vector()
            seeded = whole[: len(whole) - shapes.entries]  # drawn by the device itself
            fragments, values = self._encoded(version, shapes, whole[len(seeded) :])
            self._decoded[version] = (fragments, np.concatenate([seeded, values]) if len(seeded) else values)
        return self._decoded[version]

    def _encoded(self, version: int, shapes: AdapterShapes, values: Values) -> tuple[tuple[bytes, ...], Values]:
        """Of the last part of the adapter, which has these shapes."""
        if not shapes.tensors:
            return (), values
        source = self.wire.source(self.name, version, Adapter.from_vector(shapes, np.zeros_like(values)))
        sent = Adapter.from_vector(shapes, values)
        fragments = self.codec.encode(sent, shapes, self.wire.max_fragment_bytes, source).fragments
        decoded, mask = self.codec.decode(fragments, shapes)
        return fragments, np.where(mask | shapes.trained, decoded, self.initial[-len(values) :])
