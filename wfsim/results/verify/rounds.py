"""Rounds and versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wfsim.results.verify._invariant import Line, at, invariant, of

_BEGINNINGS = {"round_started": "cohort", "devices_joined": "devices"}
_ENDINGS = ("update_arrived", "update_held", "device_late")


@invariant
def rounds_are_consecutive(journal: Sequence[Line]) -> Iterator[str]:
    """Rounds start at 1, each closes, or is lost with the server, before the next starts; run_ended counts them."""
    opened, closed = 0, 0
    for line in of(journal, "round_started", "round_closed", "server_restored", "run_ended"):
        if line["type"] == "run_ended":
            if line["rounds"] != closed:
                yield f"{at(line)}run_ended counts {line['rounds']} rounds of {closed}"
        elif line["type"] == "server_restored":
            closed = opened
        elif line["type"] == "round_started":
            if (opened, line["round"]) != (closed, opened + 1):
                yield f"{at(line)}round {line['round']} starts after round {opened} started and round {closed} closed"
            opened = line["round"]
        else:
            if line["round"] != opened or closed == opened:
                yield f"{at(line)}round {line['round']} closes after round {opened} started and round {closed} closed"
            closed = line["round"]


@invariant
def versions_never_fall(journal: Sequence[Line]) -> Iterator[str]:
    """The global adapter's version never goes back."""
    version = 0
    for line in of(journal, "round_started", "devices_joined", "round_closed", "model_updated", "evaluated"):
        if line["version"] < version:
            yield f"{at(line)}version goes back from {version} to {line['version']}"
        version = max(version, line["version"])


@invariant
def closings_count(journal: Sequence[Line]) -> Iterator[str]:
    """No more uploads brought something than the round takes, each has an age; overtaken are all still at work."""
    busy: set[str] = set()
    for line in of(journal, *_BEGINNINGS, *_ENDINGS, "round_closed"):
        if line["type"] in _BEGINNINGS:
            busy |= set(line[_BEGINNINGS[line["type"]]])
        elif line["type"] in _ENDINGS:
            busy.discard(line["device"])
        elif not 0 <= line["arrived"] <= line["participants"]:
            yield f"{at(line)}round {line['round']}: {line['arrived']} of {line['participants']} uploads arrived"
        elif len(line["staleness"]) != line["participants"] or min(line["staleness"], default=0) < 0:
            yield f"{at(line)}round {line['round']}: staleness {line['staleness']} of {line['participants']} uploads"
        elif line["overtaken"] != len(busy):
            yield f"{at(line)}round {line['round']}: {line['overtaken']} devices overtaken, at work are {len(busy)}"
