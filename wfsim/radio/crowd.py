"""The transfers on the air of one medium, and their running numbers as aligned arrays."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import simpy
from numpy.typing import NDArray

from wfsim.radio.transfer import WHOLE, Transfer

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

_FIELDS = ("weight", "pass_bits", "remaining_bits", "airtime_s", "last_block", "blocks", "at_cap", "at_zero")
_ROWS = {name: row for row, name in enumerate(_FIELDS)}
_FIRST_CAPACITY = 8


class Crowd:
    """Transfers in order of name. What many have in common is counted here and written into one when it is settled.

    `links` [all receivers] and `counts` [transfers]: the links of each transfer, one after the other.
    """

    def __init__(self) -> None:
        self.transfers: list[Transfer] = []
        self.names: list[str] = []
        self.links: Indices = np.empty(0, dtype=np.int64)
        self.counts: Indices = np.empty(0, dtype=np.int64)
        self._done: dict[str, simpy.Event] = {}
        self._table = np.empty((len(_FIELDS), _FIRST_CAPACITY))
        self._own = self._table[:, :0]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def is_one_to_one(self) -> bool:
        """Whether every transfer has one link."""
        return len(self.links) == len(self.names)

    def column(self, name: str) -> Array:
        """A running number of every transfer, shape [transfers], to read and to write."""
        return self._own[_ROWS[name]]

    def add(self, transfer: Transfer, done: simpy.Event) -> None:
        """A transfer begins its first pass."""
        row, count = bisect_left(self.names, transfer.name), len(self.names)
        if count == self._table.shape[1]:
            self._table = np.concatenate([self._table, np.empty_like(self._table)], axis=1)
        self._own = self._table[:, : count + 1]
        self._table[:, row + 1 : count + 1] = self._table[:, row:count]
        pass_bits = transfer.pass_bits
        self._table[:, row] = (transfer.weight, pass_bits, pass_bits, 0.0, -np.inf, 0.0, 0.0, 0.0)
        self.links = _with(self.links, self._first(row), transfer.links)
        self.counts = _with(self.counts, row, np.array([len(transfer.links)]))
        self.names.insert(row, transfer.name)
        self.transfers.insert(row, transfer)
        self._done[transfer.name] = done

    def row(self, name: str) -> int:
        """Where a transfer of this name is. Raises KeyError where it is not on the air."""
        if name not in self._done:
            raise KeyError(name)
        return bisect_left(self.names, name)

    def remove(self, row: int) -> tuple[Transfer, simpy.Event]:
        """Take a transfer off the air; its counts are written into it."""
        count, transfer, numbers = len(self.names), self.transfers[row], self._table[:, row].tolist()
        first, receivers = self._first(row), len(transfer.links)
        self._table[:, row : count - 1] = self._table[:, row + 1 : count]
        self._own = self._table[:, : count - 1]
        self.links = np.concatenate([self.links[:first], self.links[first + receivers :]])
        self.counts = np.concatenate([self.counts[:row], self.counts[row + 1 :]])
        del self.names[row], self.transfers[row]
        tally = transfer.tally
        tally.airtime_s = numbers[_ROWS["airtime_s"]]
        tally.blocks, tally.blocks_at_cap, tally.blocks_at_zero = (int(number) for number in numbers[-3:])
        return transfer, self._done.pop(transfer.name)

    def begin_pass(self, row: int) -> None:
        """The next pass of a transfer begins."""
        pass_bits = self.transfers[row].pass_bits
        self._table[_ROWS["pass_bits"], row] = self._table[_ROWS["remaining_bits"], row] = pass_bits

    def set_remaining(self, remaining_bits: Array) -> None:
        """Bits of their passes [transfers] that have not flown; what rounding leaves of a pass has flown."""
        whole = self.column("pass_bits")
        left = np.minimum(remaining_bits, whole)
        self.column("remaining_bits")[:] = np.where(left <= whole * (1.0 - WHOLE), 0.0, left)

    def progress_bits(self, row: int) -> float:
        """Bits of its pass that a transfer has flown."""
        return float(self._table[_ROWS["pass_bits"], row] - self._table[_ROWS["remaining_bits"], row])

    def least(self, values: Array) -> Array:
        """The least value [transfers, pieces] over each transfer's links, of values [all receivers, pieces]."""
        if self.is_one_to_one:
            return values
        return np.minimum.reduceat(values, np.cumsum(self.counts) - self.counts, axis=0)

    def each_link(self, values: Array) -> Array:
        """A transfer's value at each of its links."""
        return values if self.is_one_to_one else np.repeat(values, self.counts, axis=0)

    def links_of(self, row: int) -> slice:
        """The place of a transfer's links among those of all."""
        first = self._first(row)
        return slice(first, first + int(self.counts[row]))

    def _first(self, row: int) -> int:
        """The place of a transfer's first link; its own row where every transfer has one receiver."""
        return row if self.is_one_to_one else int(self.counts[:row].sum())


def _with(values: Indices, place: int, new: Indices) -> Indices:
    return np.concatenate([values[:place], new, values[place:]])
