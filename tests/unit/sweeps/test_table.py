"""`sweep.csv`."""

from __future__ import annotations

import csv

import wfsim
from wfsim.scenario.cells import load_batch
from wfsim.sweeps.plan import make_plan
from wfsim.sweeps.table import Table


def test_one_row_per_cell_in_order_whatever_is_done(planned) -> None:
    plan = planned("radio.fading={kind: rician, k_db: 3},none", "seed=1,2")
    plan.folder.mkdir()
    _, second, third, _ = plan.tasks.values()
    run = wfsim.run(second.cell.scenario, second.path)
    rows = list(csv.DictReader(Table(plan).write({third.run_id}).open(encoding="utf-8")))
    assert [row["status"] for row in rows] == ["unfinished", "completed", "failed", "unfinished"]
    assert [row["seed"] for row in rows] == ["1", "2", "1", "2"]
    assert [row["radio.fading"] for row in rows] == ['{"kind": "rician", "k_db": 3}'] * 2 + ["none"] * 2
    assert [row["run"] for row in rows] == list(plan.names)
    assert float(rows[1]["simulated_s"]) == run.summary["simulated_s"]
    assert rows[1]["final_accuracy"] == "" and rows[0]["simulated_s"] == ""
    assert list(rows[0])[4:] == list(run.summary)


def test_a_key_that_a_row_does_not_set_is_empty_and_null_is_null(planned, tmp_path) -> None:
    rows = {"sweep": {"list": [{"stop.time_s": None}, {"codec.values": "fp32"}]}}
    file = tmp_path / "listed.yaml"
    file.write_text("extends: digits\nsweep: {list: [{stop.time_s: null}, {codec.values: fp32}]}\n")
    plan = make_plan(load_batch(file), tmp_path)
    assert load_batch("digits", rows).cells == plan.batch.cells
    lines = list(csv.DictReader(Table(plan).write().open(encoding="utf-8")))
    assert [(line["stop.time_s"], line["codec.values"]) for line in lines] == [("null", ""), ("", "fp32")]
