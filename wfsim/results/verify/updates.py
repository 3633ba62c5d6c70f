"""What becomes of updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wfsim.results.verify._invariant import ROUNDING, Line, at, invariant, named, of, turn


@invariant
def arrivals_have_departures(journal: Sequence[Line]) -> Iterator[str]:
    """An update arrives once, after its device has computed it and its upload has ended."""
    computed: set[tuple[str, int]] = set()
    sent: set[str] = set()
    for line in of(journal, "compute_ended", "transfer_ended", "update_arrived"):
        if line["type"] == "compute_ended" and line["finished"]:
            computed.add(turn(line))
        elif line["type"] == "transfer_ended":
            sent.add(line["transfer"])
        elif line["type"] == "update_arrived":
            update = f"the update of {named(line)}"
            if turn(line) not in computed:
                yield f"{at(line)}{update} arrives without having been computed"
            if line["transfer"] not in sent:
                yield f"{at(line)}{update} arrives without an upload"


@invariant
def updates_arrive_once(journal: Sequence[Line]) -> Iterator[str]:
    """A device's update of one round arrives at most once."""
    seen: set[tuple[str, int]] = set()
    for line in of(journal, "update_arrived"):
        if turn(line) in seen:
            yield f"{at(line)}the update of {named(line)} arrives again"
        seen.add(turn(line))


@invariant
def coverage_is_a_fraction(journal: Sequence[Line]) -> Iterator[str]:
    """0 <= coverage <= 1."""
    for line in of(journal, "update_arrived", "round_closed"):
        if not 0.0 <= line["coverage"] <= 1.0 + ROUNDING:
            yield f"{at(line)}{line['type']} has coverage {line['coverage']:g}"


@invariant
def staleness_is_true(journal: Sequence[Line]) -> Iterator[str]:
    """Staleness counts the versions made between an update's base and its arrival."""
    versions: dict[str, int] = {}
    edge_of: dict[str, str] = {}
    server_records = ("round_started", "round_closed", "edge_round_started", "edge_round_closed")
    for line in of(journal, *server_records, "update_arrived"):
        if line["type"] != "update_arrived":
            edge = line.get("edge", "")
            versions[edge] = line["version"]
            edge_of |= dict.fromkeys(line.get("cohort", []), edge)
            continue
        version = versions[edge_of.get(line["device"], "")]
        if line["staleness"] != version - line["base_version"] or line["staleness"] < 0:
            yield (
                f"{at(line)}the update of {named(line)} is called {line['staleness']} versions old, "
                f"from {line['base_version']} it is {version - line['base_version']}"
            )


@invariant
def only_what_may_be_sent_is(journal: Sequence[Line]) -> Iterator[str]:
    """In a run with grants every update that flies or arrives was granted to be sent, and none of them was held."""
    granted = {turn(line): line["send"] for line in of(journal, "granted")}
    held = {turn(line) for line in of(journal, "update_held")}
    for line in of(journal, "update_arrived"):
        if turn(line) in held:
            yield f"{at(line)}the update of {named(line)} arrives although it was held back"
        elif granted and not granted.get(turn(line)):
            yield f"{at(line)}the update of {named(line)} arrives without a grant to send it"
