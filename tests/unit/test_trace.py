"""Records and the hash-chained journal."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from wfsim import trace
from wfsim.errors import RunError


def written(path: Path, count: int = 4) -> list[dict]:
    sink = trace.FileSink(path)
    journal = trace.Journal([sink])
    for number in range(count):
        journal.write(trace.ChannelGain(t_s=float(number), link="d00001", block=number, gain=0.5))
    sink.close()
    return list(trace.read_journal(path))


def test_a_line_is_seq_type_fields_and_hash(tmp_path: Path) -> None:
    line = written(tmp_path / "j")[1]
    assert list(line) == ["seq", "type", "t_s", "link", "block", "gain", "hash"]
    assert (line["seq"], line["type"], line["block"]) == (1, "channel_gain", 1)


def test_an_untouched_journal_has_no_break(tmp_path: Path) -> None:
    assert list(trace.check_chain(written(tmp_path / "j"))) == []


def test_a_changed_value_breaks_the_chain_at_its_line(tmp_path: Path) -> None:
    lines = written(tmp_path / "j")
    lines[2]["gain"] = 0.6
    assert [problem.split(":")[0] for problem in trace.check_chain(lines)] == ["record 2"]


def test_a_removed_line_breaks_the_chain(tmp_path: Path) -> None:
    lines = written(tmp_path / "j")
    assert list(trace.check_chain(lines[:1] + lines[2:]))


def test_the_digest_is_the_last_hash(tmp_path: Path) -> None:
    seen: list[dict] = []
    journal = trace.Journal([seen.append])
    journal.write(trace.RunEnded(t_s=1.0, reason="rounds", rounds=1))
    assert journal.digest == seen[-1]["hash"]


def test_numbers_survive_the_file_exactly(tmp_path: Path) -> None:
    assert json.loads(json.dumps(0.1 + 0.2)) == 0.1 + 0.2
    assert written(tmp_path / "j")[3]["t_s"] == 3.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf")])
@pytest.mark.parametrize("link", ["d", "null"])
def test_what_is_not_finite_is_refused(value: float, link: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        trace.Journal().write(trace.ChannelGain(t_s=0.0, link=link, block=0, gain=value))


def test_what_is_not_finite_inside_a_value_is_refused() -> None:
    record = trace.Controlled(t_s=0.0, round=1, measures={"queue": None, "of": [0.5, {"device": math.nan}]})
    with pytest.raises(ValueError, match="JSON"):
        trace.Journal().write(record)


def test_numbers_of_numpy_are_numbers() -> None:
    seen: list[trace.journal.Written] = []
    trace.Journal([seen.append]).write(trace.ChannelGain(t_s=0.0, link="null", block=0, gain=np.float64(1e-7)))
    assert json.loads(seen[0].text) == {**seen[0], "gain": 1e-7}


@pytest.mark.parametrize("text", ["{", "[]\n", '{"seq": 0}\n'])
def test_what_is_not_a_record_is_named_by_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "j").write_text(text)
    with pytest.raises(ValueError, match=r"j:1: not a record"):
        list(trace.read_journal(tmp_path / "j"))


def test_every_record_belongs_to_a_group() -> None:
    assert {record.group for record in trace.RECORDS.values()} == {"server", "network", "device", "learning"}


@pytest.mark.parametrize("kind", trace.RECORDS.values(), ids=trace.RECORDS)
def test_a_line_holds_the_fields_in_order_of_declaration(kind: type[trace.Record]) -> None:
    names = [field.name for field in dataclasses.fields(kind)]
    made = kind(**{name: index for index, name in reversed(list(enumerate(names)))})
    assert list(made.payload().items()) == [("type", kind.name), *((name, index) for index, name in enumerate(names))]


def torn(path: Path, keep: int, tail: bytes) -> list[dict]:
    """The journal of four lines cut to `keep` whole ones and a tail; what is recovered of it."""
    written(path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:keep]) + tail)
    return trace.recover_journal(path)


@pytest.mark.parametrize("tail", [b"", b'{"seq":2,"ty', b"\x00\xff\n", b'{"seq": 2, "hash": "0"}\n', b"7\n"])
def test_the_sound_beginning_is_recovered_and_the_file_cut_after_it(tmp_path: Path, tail: bytes) -> None:
    lines = torn(tmp_path / "j", 2, tail)
    assert [line["seq"] for line in lines] == [0, 1]
    assert list(trace.read_journal(tmp_path / "j")) == lines


def test_nothing_is_recovered_from_nothing(tmp_path: Path) -> None:
    assert trace.recover_journal(tmp_path / "j") == []
    assert not (tmp_path / "j").exists()


def test_a_resumed_journal_is_compared_then_appended_to(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole")
    held = torn(tmp_path / "j", 2, b"")
    sink = trace.FileSink(tmp_path / "j", held)
    for line in whole:
        sink(line)
    sink.close()
    assert (tmp_path / "j").read_bytes() == (tmp_path / "whole").read_bytes()


def test_another_past_is_refused(tmp_path: Path) -> None:
    held = torn(tmp_path / "j", 2, b"")
    sink = trace.FileSink(tmp_path / "j", held)
    with pytest.raises(RunError, match="record 0 is not repeated as the journal holds it"):
        sink({**held[0], "hash": "0"})
