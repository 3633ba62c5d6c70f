"""Bits on the air."""

from __future__ import annotations

import numpy as np
import pytest

from wfsim.errors import UsageError
from wfsim.figures._traffic import CONTROL, HEADERS, LOST, PAYLOAD, read_traffic
from wfsim.figures.traffic import traffic
from wfsim.results.metrics import device_totals

HEADER_BYTES = 28


@pytest.fixture(scope="module")
def found(lines):
    return read_traffic(lines, HEADER_BYTES)


def test_parts_add_up_to_the_radiated_bits_of_every_round(found, real_run) -> None:
    for row, parts in zip(real_run.rounds, found.rounds, strict=True):
        assert parts["up"].sum() == pytest.approx(row["uplink_bits"], abs=1.0)
        assert parts["down"].sum() == pytest.approx(row["downlink_bits"], abs=1.0)


def test_parts_add_up_to_the_radiated_bits_of_every_device(found, lines) -> None:
    totals = device_totals(lines)
    assert {device: both["up"].sum() for device, both in found.devices.items()} == {
        device: pytest.approx(total.uplink_bits) for device, total in totals.items()
    }


def test_headers_are_those_of_packets_that_arrived(found, lines) -> None:
    packets = {line["transfer"]: line["packets"] for line in lines if line["type"] == "transfer_started"}
    uploads = [line for line in lines if line["type"] == "transfer_ended" and line["direction"] == "up"]
    arrived = sum(packets[line["transfer"]] - len(line["lost"]) for line in uploads)
    lost_bits = sum(line["lost_bits"] for line in uploads)
    total = np.sum([row["up"] for row in found.rounds], axis=0)
    assert total[HEADERS] == pytest.approx(arrived * HEADER_BYTES * 8)
    assert total[LOST] == pytest.approx(lost_bits)
    assert lost_bits > 0.0
    assert total[PAYLOAD] == pytest.approx(sum(line["delivered_bits"] for line in uploads) - total[HEADERS])


def _stack_heights(axes) -> list[float]:
    bottoms = np.sum([[bar.get_height() for bar in bars] for bars in axes.containers], axis=0)
    return bottoms.tolist()


def test_bars_and_sums_are_the_rounds(real_run, found) -> None:
    figure = traffic([real_run])
    per_round, in_all, per_device = figure.axes[:3]
    bits = [row["uplink_bits"] for row in real_run.rounds]
    assert _stack_heights(per_round) == pytest.approx(bits, abs=1.0)
    top = max(each.get_paths()[0].vertices[:, 1].max() for each in in_all.collections)
    assert top == pytest.approx(sum(bits), abs=2.0)
    assert _stack_heights(per_device) == pytest.approx([both["up"].sum() for both in found.devices.values()])


def test_panels_name_directions_and_units(real_run) -> None:
    titles = [axes.get_title() for axes in traffic([real_run]).axes]
    assert titles == [
        *("Uplink per round (Mbit)", "Uplink in all (Mbit)", "Uplink per device (Mbit)"),
        *("Downlink per round (Mbit)", "Downlink in all (Mbit)", "Downlink per device (Mbit)"),
    ]


def test_the_legend_names_only_what_occurs(real_run) -> None:
    (legend,) = traffic([real_run]).legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names[:3] == ["delivered payload", "delivered headers", "lost or cut"]


def test_nothing_radiated_is_an_error(make_run) -> None:
    run = make_run("a", 1, [], scenario="radio: {packets: {header_bytes: 28}}")
    with pytest.raises(UsageError, match="no bit was radiated in its 0 closed rounds"):
        traffic([run])


def test_control_messages_are_apart(write_run, controlled_records) -> None:
    run = write_run("a", controlled_records(), radio={"packets": {"header_bytes": HEADER_BYTES}})
    found = read_traffic(run.journal(), HEADER_BYTES)
    assert [row["up"][CONTROL] + row["down"][CONTROL] for row in found.rounds] == [
        row["control_bits"] for row in run.rounds
    ]
    assert found.rounds[0]["down"][HEADERS] == 8 * HEADER_BYTES  # the model's one packet
    labels = [text.get_text() for text in traffic([run]).legends[0].get_texts()]
    assert labels == ["delivered payload", "delivered headers", "requests, grants, acknowledgements"]
