"""A formula nobody runs is not a feature: every kind of every slot changes a federation, through YAML.

Each kind plays the same small scenario in its slot; no two kinds of one slot may give the same journal.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import networkx
import numpy as np
import pytest

import wfsim.scenario.schema  # noqa: F401 - opens every slot
from wfsim.learning.data.digits import Digits
from wfsim.part import Part, slots

TIMING = ["topology.devices=4", "stop.rounds=2", "learning.kind=none"]
TRAINED = ["topology.devices=3", "stop.rounds=1", "learning.local.steps=2"]
CELLS = ["topology={kind: cells, cells: 3, devices_per_cell: 3, inter_site_m: 300}", *TIMING[1:]]
STEERED = ["topology.devices=6", "stop.rounds=4", "learning.kind=none", "codec={kind: error_feedback, inner: soft}"]
LOSS = ["radio.link.residual_loss=0.4", "radio.packets.mtu_bytes=300"]

SITES = ["topology={kind: sites, sites: [{name: a, devices: 2, min_distance_m: 50}]}", *TIMING[1:]]

CLARKE = ("doppler_hz: 50", "sinusoids: 8", "amplitudes: gaussian", "coherence_s: 0.02")
CONTENTION = ("slot_s: 2e-5", "difs_s: 5e-5", "payload_bits: 8000", "min_window: 64", "stages: 1", "rts_cts: true")
DAY = "mean: 0.5, day_s: 20, period_s: 0.5"
DAYS = ("", ", swing: 0.1", ", peak_s: 3", ", spread_s: 3")
CRASH = "{kind: random, mtbf_s: 2, mttr_s: 0.2}"
BURSTS = ("p_good_to_bad: 0.1", "p_bad_to_good: 0.1", "loss_good: 0.1", "loss_bad: 0.5")

# slot -> its path in a scenario, and what else the scenario needs for the slot to show
PLACES: dict[str, tuple[str, list[str]]] = {
    "access": ("radio.access", [*TIMING, "controller.weights=min_max_latency"]),
    "background": ("radio.background", TIMING),
    "availability": ("devices.availability", TIMING),
    "compute": ("devices.compute", TIMING),
    "controller": ("controller", STEERED),
    "distribution": ("devices.compute.flops_per_s", TIMING),
    "downlink": ("radio.downlink", TIMING),
    "energy": ("devices.energy", TIMING),
    "fading": ("radio.fading", TIMING),
    "hop": ("topology={kind: sites, sites: [{name: a, devices: 2, min_distance_m: 50, backhaul: KIND}]}", TIMING[1:]),
    "interference": ("radio.interference", CELLS),
    "link": ("radio.link", TIMING),
    "loss": ("radio.loss", TIMING),
    "csi": ("controller.csi", [*STEERED, "controller={kind: tsfa, latency_budget_s: 1.0}"]),
    "local_work": ("controller.local_work", TIMING),
    "mobility": ("topology.mobility", TIMING),
    "path_loss": ("radio.path_loss", [*TIMING, "topology.radius_m=100", "topology.min_distance_m=40"]),
    "protocol": ("protocol", TIMING),
    "shadowing": ("radio.shadowing", TIMING),
    "topology": ("topology", TIMING[1:]),
    "weights": ("controller.weights", TIMING),
    "transport": ("radio.transport", [*TIMING, *LOSS, "protocol={kind: deadline, round_s: 4.0}"]),
    "data": ("learning.data", TRAINED),
    "model": ("learning.model", TRAINED),
    "aggregator": ("aggregator", [*TRAINED, "stop.rounds=2", "topology.devices=5"]),
    "attack": ("learning.attack", TRAINED),
    "server_optimizer": ("aggregator.server", [*TRAINED, "stop.rounds=2"]),
    "staleness": ("aggregator.staleness", [*TRAINED, "stop.rounds=6", "protocol=asynchronous"]),
    "measured": ("radio.measured", TIMING),
    "missing": ("aggregator.missing", [*TRAINED, "stop.rounds=2", *LOSS, "radio.transport=unreliable"]),
    "outages": ("devices.failures", TIMING),
    "optimizer": ("learning.local.optimizer", TRAINED),
    "partition": ("learning.partition", TRAINED),
    "penalty": ("learning.local.penalty", TRAINED),
    "codec": ("codec", [*TRAINED, "stop.rounds=2"]),
}
TIMED = {"config": ["learning.kind=none"], "sizes": ["learning.kind=none"]}  # kinds that cannot be trained
# Slots with a single kind have nothing to differ from; the kind's fields are what changes a run.
SINGLE = {"uplink"}
FIELDS = {  # a kind's required fields, and values under which it shows in so small a scenario
    "access.proportional_fair": {},
    "access.round_robin": {},
    "accumulate": {"patience_s": 1.0},
    "age_aware": {"devices": 2},
    "energy_aware": {"devices": 2},
    "like_median": {"ratio": 1.0},
    "markov": {"mean_on_s": 3.0, "mean_off_s": 2.0},
    "diurnal": {"mean": 0.4, "day_s": 20.0, "period_s": 0.5},
    "meta": {"round_budget_s": 2.0},
    "oort": {"devices": 2},
    "proportional_fair": {"devices": 2},
    "round_robin": {"devices": 2},
    "tsfa": {"latency_budget_s": 1.0},
    "best_snr": {"devices": 2},
    "fixed_ranks": {"ranks": [1, 3]},
    "sign_flip": {"share": 0.5},
    "noise": {"share": 0.5},
    "random": {"devices": 2},
    "dirichlet": {"min_examples": 1},
    "hinge": {"b": 0},
    "soft": {"keep": 1},
    "random_ranks": {"keep": 1},
    "qr_core": {"keep": 1},
    "error_feedback": {"inner": {"kind": "soft", "keep": 1}},
    "zlib": {"inner": "dense"},
    "zstd": {"inner": "dense"},
    "bernoulli": {"probability": 0.5, "period_s": 1.0},
    "deadline": {"round_s": 1.0},
    "placed": {"devices": [{"name": "a", "distance_m": 100.0}, {"name": "b", "distance_m": 300.0}]},
    "reliable_until_deadline": {"max_attempts": 2},
    "scheduled": {"windows": [[0.5, 1.0], [3.0, 9.0]]},
    "outages.random": {"mtbf_s": 3.0, "mttr_s": 1.0},
    "outages.several": {"parts": [{"kind": "scheduled", "windows": [[0.5, 1.0], [2.0, 9.0]]}]},
    "sites": {
        "sites": [
            {"name": "a", "devices": 2, "radius_m": 300.0, "min_distance_m": 50.0},
            {"name": "b", "devices": 2, "min_distance_m": 50.0},
        ]
    },
    "cells": {"cells": 2, "devices_per_cell": 2},
    "mesh": {"rows": 2, "columns": 2, "stations": 1, "devices_per_station": 2, "min_distance_m": 40.0},
    "correlated": {"std_db": 8.0, "correlation_m": 50.0},
}


@pytest.fixture(scope="session", autouse=True)
def own_files(
    tmp_path_factory: pytest.TempPathFactory, make_vit: Callable[..., Path], hub: Callable[[str, Path], None]
) -> None:
    """Kinds that read a person's own files: a narrow ViT, and twenty digits from different places of `digits`."""
    digits = Digits().load()
    FIELDS["hugging_face"] = {"path": str(make_vit(hidden_size=32))}
    hub("wfsim/narrow", make_vit(hidden_size=24))
    FIELDS["hub"] = {"name": "wfsim/narrow"}
    FIELDS["config"] = {"path": str(make_vit(hidden_size=16) / "config.json")}
    FIELDS["text_file"], TIMED["text_file"] = own_book(tmp_path_factory.mktemp("own"))
    FIELDS["graphml"] = {"path": str(own_network(tmp_path_factory.mktemp("own") / "network.graphml"))}
    for number, kind in enumerate(("csv", "jsonl", "parquet")):
        chosen = range(20 * number, 20 * number + 20)
        path = tmp_path_factory.mktemp("own") / kind
        write_images(
            path, kind, [digits.train_inputs[i] for i in chosen], [int(digits.train_labels[i]) for i in chosen]
        )
        FIELDS[kind] = {"path": str(path), "image": "image"}


@pytest.fixture(scope="session", autouse=True)
def own_sites(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Partitions deal ninety digits of four sites."""
    digits, path = Digits().load(), tmp_path_factory.mktemp("own") / "sites.csv"
    write_images(path, "csv", list(digits.train_inputs[:90]), digits.train_labels[:90].tolist())
    data = f"learning.data={{kind: csv, path: {path}, image: image, key: site}}"
    PLACES["partition"] = ("learning.partition", [*TRAINED, data])


@pytest.fixture(scope="session", autouse=True)
def own_texts(
    tmp_path_factory: pytest.TempPathFactory, minilm_package: Path, texts_csv: Path, wordnet_folder: Path
) -> None:
    """Kinds that hold texts are timed by a small encoder's configuration; MiniLM, by another name, trains on texts."""
    place = tmp_path_factory.mktemp("texts")
    model = f"learning.model={{kind: config, path: {minilm_package / 'config.json'}, max_tokens: 8}}"
    for kind in ("datasets", "datasets_folder", "sentiment", "wordnet"):
        TIMED[kind] = ["learning.kind=none", "learning.local.steps=null", model]
    TIMED["minilm"] = [f"learning.data={{kind: csv, path: {texts_csv}}}"]
    FIELDS["wordnet"] = {"path": str(wordnet_folder)}
    FIELDS["sentiment"] = {"path": str(place / "sentiment"), "domains": ["tweets"]}
    FIELDS["datasets"] = {"name": str(place / "named")}
    FIELDS["datasets_folder"] = {"path": str(place / "saved")}
    (place / "sentiment").mkdir()
    rows = [f"{number}\t{(-1) ** number}\ttweet {number}\n" for number in range(30)]
    (place / "sentiment" / "tweets_GroundTruth.txt").write_text("".join(rows))
    (place / "named").mkdir()
    (place / "named" / "train.csv").write_text("\n".join(texts_csv.read_text().split("\n")[:70]) + "\n")
    saved = {"text": [f"cat {number}" for number in range(50)], "label": [0, 1] * 25}
    pytest.importorskip("datasets").Dataset.from_dict(saved).save_to_disk(place / "saved")


@pytest.fixture(scope="session", autouse=True)
def own_clothes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fashion-MNIST's files, with digits in them."""
    digits, folder = Digits().load(), tmp_path_factory.mktemp("clothes")
    parts = {"train": (digits.train_inputs, digits.train_labels), "t10k": (digits.test_inputs, digits.test_labels)}
    for part, arrays in parts.items():
        for name, values in zip(("images-idx3", "labels-idx1"), arrays, strict=True):
            head = bytes([0, 0, 8, values.ndim]) + np.array((30, *values.shape[1:]), ">u4").tobytes()
            (folder / f"{part}-{name}-ubyte").write_bytes(head + values[:30].astype(np.uint8).tobytes())
    FIELDS["fashion_mnist"] = {"path": str(folder)}


SERIES = {  # slot.kind of those that follow a measured series -> its file
    "measured.mahimahi": "".join(f"{ms}\n" for ms in (3, 3, 9, 20, 21, 40)),
    "measured.csv": "time_s,other_s,rate_bps,other_bps,snr_db,rsrp_dbm\n0,0,1e6,7e5,3,-110\n1,0.1,4e5,9e5,9,-120\n",
    "hop.measured": "time_s,rate_bps\n0,1e6\n1,4e5\n2.5,2e6\n",
    "outages.measured": "from_s,to_s\n0.5,0.9\n1.4,6\n",
    "availability.measured": "device,from_s,to_s\n*,0,1\n*,3,3.5\n",
}


@pytest.fixture(scope="session", autouse=True)
def own_series(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Kinds that follow measured series."""
    folder = tmp_path_factory.mktemp("series")
    for kind, text in SERIES.items():
        (folder / kind).write_text(text)
        FIELDS[kind] = {"path": str(folder / kind)}
    np.savez(folder / "own.npz", time_s=[0.0, 0.5], rate_bps=[2e6, 3e5], snr_db=[4.0, 9.0])
    FIELDS["availability.measured"]["period_s"] = 5.0
    FIELDS["measured.npz"] = {"path": str(folder / "own.npz")}


def own_book(folder: Path) -> tuple[dict[str, str], list[str]]:
    """A text, and what a federation needs to read it without training: a small decoder's configuration."""
    (folder / "book.txt").write_text("".join(f"It was the {number}th day.\n\n" for number in range(60)))
    sizes = {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 32, "vocab_size": 50}
    (folder / "gpt2.json").write_text(json.dumps({"model_type": "gpt2", **sizes}))
    model = f"learning.model={{kind: config, path: {folder / 'gpt2.json'}, max_tokens: 16}}"
    return {"path": str(folder / "book.txt")}, ["learning.kind=none", model]


def own_network(path: Path) -> Path:
    graph = networkx.Graph([("hall", "dc", {"rate_bps": 1e6})])
    graph.add_node("hall", role="access_point", x_m=0.0, y_m=0.0)
    graph.add_node("dc", role="cloud")
    graph.add_node("a", role="device", x_m=60.0, y_m=80.0)
    networkx.write_graphml(graph, path)
    return path


def write_images(path: Path, kind: str, images: list[np.ndarray], labels: list[int]) -> None:
    pandas, pillow = pytest.importorskip("pandas"), pytest.importorskip("PIL.Image")
    texts = []
    for image in images:
        pillow.fromarray(image).save(file := io.BytesIO(), "PNG")
        texts.append(base64.b64encode(file.getvalue()).decode())
    sites = [f"site {number % 4}" for number in range(len(labels))]
    table = pandas.DataFrame({"image": texts, "label": labels, "site": sites})
    if kind == "jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        (table.to_csv if kind == "csv" else table.to_parquet)(path, index=False)


def form(kind: type[Part]) -> str:
    """YAML of a kind: required fields from the table or from their own examples."""
    examples = {
        name: field.examples[0] for name, field in kind.model_fields.items() if field.is_required() and field.examples
    }
    own = FIELDS.get(f"{kind.slot}.{kind.kind}", FIELDS.get(kind.kind, {}))
    return json.dumps({"kind": kind.kind, **examples, **own})


def test_every_slot_is_covered() -> None:
    several = {slot.slot for slot in slots() if len(slot.kinds) > 1}
    assert several == set(PLACES), "a slot with several kinds needs a line in PLACES"
    assert {slot.slot for slot in slots()} - several == SINGLE


@pytest.mark.parametrize("name", PLACES)
def test_no_two_kinds_of_a_slot_give_the_same_run(play, name: str) -> None:
    slot = next(slot for slot in slots() if slot.slot == name)
    path, overrides = PLACES[name]
    base = [text for text in overrides if not text.startswith("topology") or name != "topology"]
    place = path if "KIND" in path else f"{path}=KIND"
    runs = {kind: [*base, *TIMED.get(kind, []), place.replace("KIND", form(cls))] for kind, cls in slot.kinds.items()}
    ends = {kind: play("digits.yaml", overrides)[-1]["hash"] for kind, overrides in runs.items()}
    same = [pair for pair in combinations(ends, 2) if ends[pair[0]] == ends[pair[1]]]
    assert not same


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("codec.values", ("fp32", "fp16", "int8", "int4")),
        ("codec", ("{kind: soft, keep: 1}", "{kind: soft, keep: 2}", "{kind: soft, keep: 2, values: int4}")),
        ("codec", tuple(f"{{kind: zlib, level: {level}, inner: {{kind: qsgd, levels: 1}}}}" for level in (1, 9))),
        ("codec", tuple(f"{{kind: zstd, level: {level}, inner: {{kind: qsgd, levels: 1}}}}" for level in (1, 19))),
        ("controller", ("{kind: best_snr, devices: 2, knowledge: mean}", "{kind: best_snr, devices: 2}")),
        ("protocol", ("{kind: deadline, round_s: 1}", "{kind: deadline, round_s: 1, min_arrivals: 2}")),
        ("protocol", ("{kind: buffered, buffer: 2}", "{kind: buffered, buffer: 3}")),
        (
            "protocol",
            tuple(f"{{kind: deadline, round_s: 3, overtaken: {o}}}" for o in ("abandon", "finish", "restart")),
        ),
        ("controller.weights", ("min_max_latency", "{kind: min_max_latency, knowledge: instantaneous}")),
        ("controller.weights", ("min_max_latency", "{kind: min_max_latency, max_bps_per_hz: 3}")),
        (
            "devices.availability",
            tuple(f"{{kind: markov, mean_on_s: 3, mean_off_s: {off}}}" for off in ("2", "9", "2, step_s: 0.3")),
        ),
        (
            "devices.availability",
            tuple(f"{{kind: diurnal, {DAY}{more}}}" for more in DAYS),
        ),
        ("radio.background", ("on_off", "{kind: on_off, mean_on_s: 3}", "{kind: on_off, share: 0.8}")),
        ("radio.background", ("daily", "{kind: daily, share: 0.5}", "{kind: daily, for_s: 100}")),
        ("radio.fading", ("blockage", "{kind: blockage, loss_db: 5}", "{kind: blockage, inner: none}")),
        ("radio.fading", ("clarke", *(f"{{kind: clarke, {c}}}" for c in CLARKE))),
        ("radio.fading", ("ou", "{kind: ou, tau_s: 1}", "{kind: ou, coherence_s: 0.02}")),
        ("radio.interference", ("{kind: fixed, station_rise_db: 9}", "{kind: fixed, device_rise_db: 9}", "fixed")),
        ("radio.loss", ("gilbert_elliott", *(f"{{kind: gilbert_elliott, {c}}}" for c in BURSTS))),
        ("radio.background", ("poisson", "{kind: poisson, rate_per_s: 2}", "{kind: poisson, max_share: 0.25}")),
        ("learning.adapter.rank", (2, 4)),
        ("learning.adapter.target_modules", ("[q_proj, v_proj]", "all-linear")),
        ("radio.access.work_conserving", ("true", "false")),
        ("radio.access", ("wifi_dcf", *(f"{{kind: wifi_dcf, {c}}}" for c in CONTENTION))),
        ("radio.path_loss", ("umi", "{kind: umi, o2i: low}", "{kind: umi, o2i: high}", "{kind: umi, h_ut_m: 9}")),
        ("radio.path_loss", ("rma", "{kind: rma, building_height_m: 20}", "{kind: rma, o2i: low, indoor_m: 9}")),
        ("radio", ("{path_loss: uma}", "{path_loss: uma, shadowing: correlated}")),
        ("radio", ("{path_loss: uma, shadowing: none}", "{path_loss: uma, shadowing: {std_db: null}}")),
        ("topology.mobility", ("agv_loop", "{kind: agv_loop, speed_mps: 3}", "{kind: agv_loop, stop_s: 0}")),
        ("topology.mobility", ("waypoint", "{kind: waypoint, radius_m: 1}", "{kind: waypoint, speed_mps: [3, 5]}")),
        (
            "devices",
            tuple(f"{{failures: {CRASH}{more}}}" for more in ("", ", recovery: restart", ", failing: [d00001]")),
        ),
        ("server.outages", ("none", CRASH)),
        ("radio.link.csi_age_s", (0.0, 0.02)),
        ("radio.link.margin_db", (0, 3)),
    ],
)
def test_fields_that_change_a_run(play, path: str, values: tuple) -> None:
    ends = {play("digits.yaml", [*TIMING, f"{path}={value}"])[-1]["hash"] for value in values}
    assert len(ends) == len(values)


def test_edges_that_average_change_a_run(play) -> None:
    runs = [[*SITES, f"hierarchy.edge_rounds={rounds}"] for rounds in (0, 1, 2)]
    runs.append([*runs[-1], "hierarchy.codec={values: int8}"])
    assert len({play("digits.yaml", overrides)[-1]["hash"] for overrides in runs}) == len(runs)


def test_the_weakest_interferer_that_counts_changes_a_run(play) -> None:
    heard = [f"radio.interference={{kind: activity, least_db: {least_db}}}" for least_db in (-30, 10, 50)]
    assert len({play("digits.yaml", [*CELLS, each])[-1]["hash"] for each in heard}) == 3


@pytest.mark.parametrize(
    ("path", "kind", "changes"),
    [
        ("radio.measured", "mahimahi", [{"at_end": "hold"}, {"offset_s": 0.03}, {"devices": ["d00001"]}]),
        (
            "radio.measured",
            "csv",
            [
                {"rate_unit": "kbit/s"},
                {"rate_column": "other_bps"},
                {"time_column": "other_s"},
                {"snr_column": "snr_db"},
                {"rsrp_column": "rsrp_dbm"},
                {"rsrp_column": "rsrp_dbm", "subcarrier_hz": 3e4},
            ],
        ),
        ("radio.measured", "npz", [{"values": "snr_db"}]),
        ("devices.availability", "measured", [{"period_s": 4.0}]),
    ],
)
def test_fields_of_measured_series_change_a_run(play, path: str, kind: str, changes: list[dict]) -> None:
    form = {"kind": kind, **FIELDS[f"{path.split('.')[1]}.{kind}"]}
    runs = [
        [*TIMING, "radio.downlink=unicast", f"{path}={json.dumps({**form, **change})}"] for change in [{}, *changes]
    ]
    assert len({play("digits.yaml", overrides)[-1]["hash"] for overrides in runs}) == len(runs)


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("accumulate, patience_s: 0.5", ("patience_s: 1", "max_held: 1", "gap_db: 9", "max_bps_per_hz: 1")),
        ("energy_aware, devices: 2", ("devices: 3", "compute_w: 0", "transmit_w: 99", "budget_j: 4")),
        ("every, every: 2", ("every: 3", "selection: {kind: best_snr, devices: 3}", "local_work: like_median")),
        ("meta, round_budget_s: 2", ("round_budget_s: 3", "dropped_target: 0.4", "start_rank: 2", "dwell_rounds: 1")),
        ("oort, devices: 2", ("alpha: 0", "preferred_s: 0.3", "exploration: 0.5", "decay: 0.4")),
        ("rank_by_snr", ("least: 2", "most: 3")),
        (
            "tsfa, latency_budget_s: 3.4",
            ("latency_budget_s: 4", "v: 3", "queue: per_device", "queue: none", "ranks: 2"),
        ),
        ("tsfa, latency_budget_s: 3.4, bands: equal", ("predict: true", "request_deadline_s: 0.5")),
        ("tsfa, latency_budget_s: 3.4, loss: 0.3", ("gap_db: 9", "max_bps_per_hz: 1", "loss: 0")),
        (
            "tsfa, latency_budget_s: 1, v: 3, predict: true, selection: {kind: random, devices: 3}",
            ("spectrum_exponent: 4",),
        ),
    ],
)
def test_fields_of_controllers_that_change_a_run(play, kind: str, changes: tuple) -> None:
    whole = [*STEERED, "stop.rounds=8", f"controller={{kind: {kind}}}"]
    runs = {change: [*whole, f"controller={{{change}}}"] if change else whole for change in ("", *changes)}
    ends = {change: play("digits.yaml", overrides)[-1]["hash"] for change, overrides in runs.items()}
    same = [pair for pair in combinations(ends, 2) if ends[pair[0]] == ends[pair[1]]]
    assert not same


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("aggregator.server_lr", (1.0, 0.5)),
        ("aggregator.clip_norm", ("null", 0.5)),
        ("codec", ("{kind: soft, keep: 1}", "{kind: soft, keep: 1, score: factor_norm}")),
        ("codec", ("{kind: soft, keep: 1}", "{kind: soft, keep: 1, scope: global}")),
        ("codec", ("{kind: random_ranks, keep: 1}", "{kind: random_ranks, keep: 1, unbiased: true}")),
        ("codec", ("{values: int4}", "{values: int4, rounding: stochastic}")),
        ("codec", ("{kind: top_k}", "{kind: top_k, keep_share: 0.2}", "{kind: top_k, budget_bytes: 5000}")),
        ("codec", ("random_k", "{kind: random_k, unbiased: true}", "{kind: random_k, scope: matrix}")),
        ("codec", tuple(f"{{kind: random_k, mask: {mask}}}" for mask in ("listed", "seeded", "common"))),
        ("codec", ("{kind: random_ranks, keep: 1, common: true}", "{kind: random_ranks, keep: 1}")),
        ("codec", ("{values: bf16}", "{values: fp16}", "{values: sign}")),
        ("codec", ("qsgd", "{kind: qsgd, levels: 7}", "{kind: qsgd, bucket_entries: 64}", "{kind: qsgd, head: int8}")),
        ("aggregator", ("{kind: mixing, alpha: 0.6}", "{kind: mixing, alpha: 0.9}")),
        ("aggregator", ("{kind: mixing, missing: renormalise}", "{kind: mixing, missing: no_change}")),
    ],
)
def test_fields_that_change_what_is_learned(play, path: str, values: tuple) -> None:
    lossy = [*TRAINED, "stop.rounds=2", *LOSS, "radio.transport=unreliable"]
    ends = {play("digits.yaml", [*lossy, f"{path}={value}"])[-1]["hash"] for value in values}
    assert len(ends) == len(values)


def test_what_a_classifier_of_texts_reads_changes_what_is_learned(play, minilm_package, texts_csv) -> None:
    models = [f"learning.model={{kind: minilm, max_tokens: 8, pooling: {pooling}}}" for pooling in ("first", "mean")]
    ends = {play("digits.yaml", [*TRAINED, *TIMED["minilm"], model])[-1]["hash"] for model in models}
    assert len(ends) == 2
