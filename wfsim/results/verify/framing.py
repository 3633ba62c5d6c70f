"""The journal as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wfsim.results.verify._invariant import Line, at, invariant, of
from wfsim.trace import FORMAT, check_chain


@invariant
def chain_holds(journal: Sequence[Line]) -> Iterator[str]:
    """Records are numbered from 0 and each hash follows from the one before; both as this version spells numbers."""
    held = journal[0].get("format", FORMAT) if journal else FORMAT
    if held != FORMAT:
        yield f"the journal has format {held}, and this version can check hashes of format {FORMAT} alone"
    else:
        yield from check_chain(journal)


@invariant
def run_is_framed(journal: Sequence[Line]) -> Iterator[str]:
    """run_started comes first and only there; nothing follows run_ended."""
    if not journal or journal[0]["type"] != "run_started":
        yield "the first record is not run_started"
    yield from (f"{at(line)}run_started again" for line in of(journal[1:], "run_started"))
    yield from (f"{at(line)}run_ended is not the last record" for line in of(journal[:-1], "run_ended"))


@invariant
def clock_is_monotone(journal: Sequence[Line]) -> Iterator[str]:
    """Simulated time starts at 0 or later and never goes back."""
    before_s = 0.0
    for line in journal:
        if line["t_s"] < before_s:
            yield f"{at(line)}time goes back from {before_s:g} s to {line['t_s']:g} s"
        before_s = max(before_s, line["t_s"])
