"""Every kind of every slot keeps the contract of its slot (`wfsim/contracts`): every check, one test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wfsim.scenario.schema  # noqa: F401  (opens every slot)
from wfsim.contracts import Check, checks, example, own_checks, title
from wfsim.control.weights import BandWeights
from wfsim.learning.models.hub import Hub
from wfsim.learning.models.tiny_vit import TinyVit
from wfsim.part import Part, describe_value, slots

# Fields with which a kind, or every kind of a slot, is checked besides its defaults.
_VARIANTS: dict[str, list[dict[str, Any]]] = {
    "dense": [
        *({"values": form} for form in ("fp16", "bf16", "int8", "int4", "sign")),
        {"values": "int4", "rounding": "stochastic"},
    ],
    "qsgd": [{"levels": 7, "bucket_entries": 32, "head": "int8"}],
    "zlib": [{"inner": {"kind": "dense", "values": "int4"}}],
    "random_k": [{"mask": "seeded", "scope": "matrix"}, {"mask": "common", "keep_share": None, "budget_bytes": 1700}],
    "top_k": [{"scope": "matrix", "values": "sign"}],
    "soft": [{"keep": 2, "values": "fp32"}, {"keep": 2, "scope": "global"}, {"scope": "global", "budget_bytes": 1700}],
    "random_ranks": [
        {"keep": 2, "unbiased": True},
        {"budget_bytes": 1800, "values": "int4"},
        {"keep": 1, "common": True},
    ],
    "qr_core": [{"keep": 2, "values": "fp32"}, {"budget_bytes": 1900}],
    "error_feedback": [{"inner": "qr_core"}, {"inner": {"kind": "soft", "keep": 2, "values": "int4"}, "on": "acked"}],
    "best_snr": [{"knowledge": "mean"}],
    "fedit": [{"server": "momentum", "missing": "last_known", "server_lr": 0.5}],
    "krum": [{"keep": 2}],
    "tsfa": [{"queue": "per_device"}, {"queue": "none", "bands": "equal"}, {"predict": True}, {"ranks": 2}],
    "quantity_skew": [{"law": "power_law"}],
    "shards": [{"per_device": 7}],
    "min_max_latency": [{"knowledge": "instantaneous"}],
    "controller": [*({"weights": weights} for weights in sorted(BandWeights.kinds)), {"local_work": "like_median"}],
}
_CASES = [
    pytest.param(
        slot.kinds[kind], fields, check, id="-".join([slot.slot, kind, *map(str, fields.values()), title(check)])
    )
    for slot in slots()
    if slot.__module__.startswith("wfsim.")
    for kind in sorted(slot.kinds)
    if slot.kinds[kind].__module__.startswith("wfsim.")
    for fields in [{}, *_VARIANTS.get(kind, []), *_VARIANTS.get(slot.slot, [])]
    for check in checks(slot.slot)
]
_TEXTS = [{"text": f"{word} {number}", "label": word} for number in range(10) for word in ("cat", "dog", "fish")]


def _csv(path: Path) -> None:
    path.write_text("text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in _TEXTS))


def _jsonl(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in _TEXTS))


def _parquet(path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    pandas.DataFrame(_TEXTS).to_parquet(path)


def _book(path: Path) -> None:
    path.write_text("".join(f"It was the {number}th day.\n\n" for number in range(30)))


_RATES = "time_s,rate_bps\n0,1e6\n0.1,2.5e6\n0.25,0\n0.3,1.5e6\n1,3e5\n"


def _npz(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, time_s=np.array([0.0, 0.4, 0.5, 1.0]), rate_bps=np.array([1e6, 2e6, 0.0, 3e6]))


_GRAPHML = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="role" for="node" attr.name="role" attr.type="string"/>
  <key id="x" for="node" attr.name="x_m" attr.type="double"/>
  <key id="y" for="node" attr.name="y_m" attr.type="double"/>
  <graph edgedefault="undirected">
    <node id="d"><data key="role">device</data><data key="x">30</data><data key="y">40</data></node>
    <node id="ap"><data key="role">access_point</data><data key="x">0</data><data key="y">0</data></node>
    <node id="dc"><data key="role">cloud</data></node>
    <edge source="ap" target="dc"/>
  </graph>
</graphml>
"""


def _idx_folder(folder: Path) -> None:
    folder.mkdir()
    for part, count in (("train", 40), ("t10k", 20)):
        pixels = np.arange(count * 12, dtype=np.uint8).reshape(count, 4, 3)
        for name, values in (("images-idx3", pixels), ("labels-idx1", np.arange(count, dtype=np.uint8) % 10)):
            head = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
            (folder / f"{part}-{name}-ubyte").write_bytes(head + values.tobytes())


def _wordnet(folder: Path) -> None:
    folder.mkdir()
    lines = [f"{number:08d} {5 + number % 3:02d} n 01 word 0 000 | gloss {number}  \n" for number in range(30)]
    (folder / "data.noun").write_text("".join(lines))


def _sentiment(folder: Path) -> None:
    folder.mkdir()
    for name in ("amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets", "tweets"):
        rows = [f"{number}\t{(-1) ** number}.5\t{name} {number}\r\n" for number in range(10)]
        (folder / f"{name}_GroundTruth.txt").write_text("".join(rows), newline="")


def _saved(path: Path) -> None:
    pytest.importorskip("datasets").Dataset.from_list(_TEXTS).save_to_disk(path)


def _named(name: Path) -> None:
    pytest.importorskip("datasets")
    name.mkdir(parents=True)
    _csv(name / "train.csv")


# Kinds that read a file of one's own, with their slot where a name stands in several, and how to write one where their
# example says it is.
_FILES: dict[str, Callable[[Path], None]] = {
    "csv": _csv,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "text_file": _book,
    "datasets": _named,
    "datasets_folder": _saved,
    "fashion_mnist": _idx_folder,
    "sentiment": _sentiment,
    "wordnet": _wordnet,
    "config": lambda path: path.write_bytes((TinyVit().directory() / "config.json").read_bytes()),
    "graphml": lambda path: path.write_text(_GRAPHML),
    "hugging_face": lambda path: path.symlink_to(TinyVit().directory(), target_is_directory=True),
    "measured.mahimahi": lambda path: path.write_text("".join(f"{ms}\n" for ms in (1, 1, 2, 5, 5, 5, 9, 30))),
    "measured.csv": lambda path: path.write_text(_RATES),
    "measured.npz": _npz,
    "hop.measured": lambda path: path.write_text(_RATES),
    "outages.measured": lambda path: path.write_text("from_s,to_s\n0.1,600\n601,700.5\n5e3,2e4\n"),
    "availability.measured": lambda path: path.write_text("device,from_s,to_s\na,0.1,60\n*,61,9e3\nb,0,1e7\n"),
}


@pytest.fixture(scope="session", autouse=True)
def packaged_models(hub: Callable[[str, Path], None], minilm_package: Path) -> None:
    """Models of the hub and of a package that need not be installed."""
    hub(example(Hub).name, TinyVit().directory())


@pytest.mark.parametrize(("kind", "fields", "check"), _CASES)
def test_a_kind_keeps_its_contract(
    kind: type[Part], fields: dict[str, Any], check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    part = kind.parse({**describe_value(example(kind)), **fields})
    if write := _FILES.get(f"{kind.slot}.{kind.kind}", _FILES.get(kind.kind)):
        write(Path(part.path if hasattr(part, "path") else part.name))
    check(part)


def test_every_slot_has_checks_of_its_own() -> None:
    assert [slot.slot for slot in slots() if not own_checks(slot.slot)] == []
