"""Colours and shapes of experiments."""

from __future__ import annotations

from wfsim.figures._encoding import Encoding, encode
from wfsim.results.experiments import experiments


def _encoded(make_run, *scenarios: str, names: str = "a") -> Encoding:
    runs = [
        make_run(names[number % len(names)], 1, [0.5], scenario=text, folder=str(number))
        for number, text in enumerate(scenarios)
    ]
    return encode(experiments(runs))


def _said(encoding: Encoding) -> dict[str, list[str]]:
    return {section.heading: [entry.label for entry in section.entries] for section in encoding.sections}


def test_a_key_of_words_gives_the_colour_and_numbers_the_shape(make_run) -> None:
    texts = [f"radio: {{bandwidth_hz: {hz}}}\ncodec: {{values: {v}}}\n" for hz in (2e6, 1e6) for v in ("x", "y")]
    encoding = _encoded(make_run, *texts)
    assert _said(encoding) == {"codec.values": ["x", "y"], "radio.bandwidth_hz": ["1 MHz", "2 MHz"]}
    assert [look.label for look in encoding.looks] == ["x, 2 MHz", "y, 2 MHz", "x, 1 MHz", "y, 1 MHz"]
    assert [look.shape for look in encoding.looks] == [1, 1, 0, 0]
    assert encoding.title == "a"


def test_one_key_gives_both(make_run) -> None:
    encoding = _encoded(make_run, "x: {power_dbm: 20}\n", "x: {power_dbm: 5}\n")
    assert _said(encoding) == {"x.power_dbm": ["5 dBm", "20 dBm"]}
    assert [entry.shape for entry in encoding.sections[0].entries] == [0, 1]


def test_further_keys_share_the_shape(make_run) -> None:
    texts = [f"x: {{p: {p}, q_s: {q}, r: {r}}}\n" for p in "uv" for q in (1, 2) for r in (3, 4)]
    encoding = _encoded(make_run, *texts)
    assert _said(encoding) == {"x.p": ["u", "v"], "x.q_s, x.r": ["1 s, r 3", "1 s, r 4", "2 s, r 3", "2 s, r 4"]}


def test_keys_that_others_decide_are_left_out_of_many(make_run) -> None:
    texts = [f"x: {{p: {n}, q: {n}, r: {n}}}\n" for n in range(2)]
    assert _said(_encoded(make_run, *texts)) == {"x.p": ["0", "1"]}


def test_what_is_no_factorial_gets_the_shortest_legend(make_run) -> None:
    texts = ["x: {kind: u}\n", "x: {kind: v, t_s: 1}\n", "x: {kind: v, t_s: 2}\n"]
    assert _said(_encoded(make_run, *texts)) == {"x.kind, x.t_s": ["u", "v, 1 s", "v, 2 s"]}


PAYLOADS = (("fp32", 4, "all-linear"), ("int8", 4, "all-linear"), ("int8", 1, "all-linear"), ("int8", 1, "[q, v]"))


def _rows_and_bands() -> list[str]:
    return [
        f"radio: {{bandwidth_hz: {hz}}}\ncodec: {{values: {v}}}\n"
        f"learning: {{adapter: {{rank: {r}, alpha: {2 * r}, modules: {m}}}}}\n"
        for hz in (1e5, 3e5, 1e6)
        for v, r, m in PAYLOADS
    ]


def test_rows_of_several_keys_and_a_grid_key_make_a_factorial(make_run) -> None:
    encoding = _encoded(make_run, *_rows_and_bands())
    rows = ["fp32, rank 4, all-linear", "int8, rank 4, all-linear", "int8, rank 1, all-linear", "int8, rank 1, q+v"]
    assert _said(encoding) == {
        "codec.values, adapter.rank, adapter.modules": rows,
        "radio.bandwidth_hz": ["100 kHz", "300 kHz", "1 MHz"],
    }
    assert len({(look.colour, look.shape) for look in encoding.looks}) == 12
    assert encoding.looks[-1].label == "int8, rank 1, q+v, 1 MHz"


def test_an_unfinished_factorial_is_split_in_the_same_way(make_run) -> None:
    encoding = _encoded(make_run, *_rows_and_bands()[:-1])
    assert [len(section.entries) for section in encoding.sections] == [4, 3]


def test_more_shapes_than_markers_become_colours(make_run) -> None:
    encoding = _encoded(make_run, *(f"x: {{p: {p}, n: {n}}}\n" for p in "uv" for n in range(11)))
    assert [section.heading for section in encoding.sections] == ["x.n", "x.p"]


def test_absent_kinds_are_named(make_run) -> None:
    texts = [f"y: {{kind: {y}}}\nx: {{p: {p}}}\n" for y, p in (("none", "u"), ("v", "u"), ("v", "w"))]
    encoding = _encoded(make_run, *texts)
    assert [look.label for look in encoding.looks] == ["y none, u", "v, u", "v, w"]


def test_different_names_are_told_apart_by_name(make_run) -> None:
    encoding = _encoded(make_run, "x: 1\n", "x: 2\n", names="ab")
    assert _said(encoding) == {"": ["a", "b"]}
    assert encoding.title == ""


def test_many_numbers_go_from_dark_to_light(make_run) -> None:
    encoding = _encoded(make_run, *(f"x: {n}\n" for n in range(9)))
    brightness = [sum(bytes.fromhex(look.colour[1:])) for look in encoding.looks]
    assert brightness == sorted(brightness)
    assert len(set(brightness)) == 9
