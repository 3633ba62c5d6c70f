"""What a controller granted, and what of the updates it left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

Line = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Granted:
    """An answer to a device, in the server's round (counted from 1) that was open then. `keep` ranks of every matrix,
    None where the codec decides; 0 where the update was held back. `dropped` is the share (0..1) of the update's energy
    that this leaves out, None where the device did not say."""

    round: int
    device: str
    keep: int | None
    dropped: float | None


def grants(lines: Iterable[Line]) -> Iterator[Granted]:
    """The grants of a journal, in order."""
    round_number, asked = 1, {}
    for line in lines:
        if line["type"] == "round_closed":
            round_number = line["round"] + 1
        elif line["type"] == "requested":
            asked[line["device"]] = line["dropped"]
        elif line["type"] == "granted":
            keep = line["keep"] if line["send"] else 0
            yield Granted(
                round=round_number,
                device=line["device"],
                keep=keep,
                dropped=_dropped(asked.get(line["device"]), keep),
            )


def mean_dropped(found: Iterable[Granted]) -> float | None:
    """Mean share of an update's energy that grants left out, each grant counting once; None where none is known."""
    shares = [each.dropped for each in found if each.dropped is not None]
    return fmean(shares) if shares else None


def _dropped(shares: Sequence[float] | None, keep: int | None) -> float | None:
    if keep == 0:
        return 1.0
    return None if shares is None or keep is None else shares[keep - 1]
