"""`wfsim plan`: its table, its choice as a scenario, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfsim.scenario.load import load_scenario


def budget_s(cli, rank: int) -> float:
    """A budget that just lets this rank through."""
    rows = json.loads(cli("plan", "small.yaml", "--budget-s", "1e6", "--json").out)["ranks"]
    return 1.0001 * next(row["round_s"] for row in rows if row["rank"] == rank)


def test_the_table_and_the_choice(cli) -> None:
    said = cli("plan", "small.yaml", "--budget-s", str(budget_s(cli, 2)))
    assert said.code == 0 and not said.err
    lines = said.out.splitlines()
    assert lines[0].startswith("assumed: energy of mode i ~ i^-1, covariance 0 at rank 8; latency budget ")
    assert lines[1].split() == ["rank", "upload", "kB", "kept", "round", "s", "tail", "dropped", "covariance", "Phi"]
    table = [line.split() for line in lines[2:6]]
    assert [(row[0], row[2], row[-1]) for row in table] == [
        ("1", "1", table[0][4]),
        ("2", "2", "chosen"),
        ("4", "none", "-"),
        ("8", "none", "-"),
    ]
    assert lines[6].startswith("learning.adapter.rank=2; a run at that rank")
    assert [line.split("  ")[0] for line in lines[7:]] == [
        "rounds",
        "mean round",
        "simulated time",
        "uplink, headers included",
        "downlink, headers included",
        "energy of the devices",
    ]


def test_without_a_budget_a_round_s_cost_and_no_choice(cli) -> None:
    """Nothing is random, and min-max shares: a planned round is the simulated one."""
    still = ("radio.fading=none", "devices.compute={flops_per_s: {kind: constant, value: 1.0e9}, jitter: 0}")
    words = ("plan", "small.yaml", *still, "controller.weights=min_max_latency")
    facts = json.loads(cli(*words, "--json").out)
    valid = json.loads(cli("validate", *words[1:], "--json").out)
    assert facts["round_s"] == pytest.approx(facts["predicted"]["mean_round_s"], rel=1e-6)
    assert facts["round_s"] == pytest.approx(facts["download_s"] + facts["compute_s"] + facts["upload_s"], rel=1e-6)
    assert facts["compute_s"] == pytest.approx(facts["steps"] * facts["flops_per_step"] / 1e9)
    assert facts["upload_bytes"] == valid["upload_bytes"] + 28 * valid["upload_packets"]
    assert facts["dense_bytes"]["fp16"] == valid["upload_bytes"]
    for name in ("adapter_entries", "flops_per_step"):
        assert facts[name] == valid[name]
    assert facts["memory"]["total_bytes"] == valid["memory_bytes"]
    said = cli(*words)
    assert said.code == 0 and said.out.splitlines()[0].startswith("rank 4, one round at mean channel statistics")
    assert "chosen" not in said.out and ", budget" not in said.out


def test_json_holds_the_table_and_the_prediction(cli) -> None:
    said = cli("plan", "small.yaml", "--budget-s", "1e6", "--ranks", "2,1", "--covariance", "0.5", "--json")
    facts = json.loads(said.out)
    assert (said.code, facts["chosen"], facts["budget_s"], facts["written"]) == (0, 1, 1e6, None)
    assert [row["rank"] for row in facts["ranks"]] == [1, 2]
    for row in facts["ranks"]:
        assert row["phi"] == pytest.approx(row["tail"] + row["dropped"] + row["covariance"])
        assert row["covariance"] == pytest.approx(0.25 * row["rank"])
    assert facts["least_budget_s"] == facts["ranks"][0]["round_s"]
    predicted = facts["predicted"]
    assert predicted["rounds"] == 2 and predicted["mean_round_s"] == pytest.approx(predicted["simulated_s"] / 2)
    assert predicted["uplink_bytes"] == pytest.approx(2 * 3 * facts["ranks"][0]["upload_bytes"], rel=0.01)


def test_the_choice_is_a_scenario_that_extends_the_planned_one(cli) -> None:
    Path("plans").mkdir()
    limit = str(budget_s(cli, 4))
    said = cli("plan", "small.yaml", "radio.fading.kind=rician", "seed=1", "--budget-s", limit, "-o", "plans/made.yaml")
    assert said.out.splitlines()[-1] == "plans/made.yaml"
    assert "extends: ../small.yaml\n" in Path("plans/made.yaml").read_text()
    made = load_scenario("plans/made.yaml")
    assert made == load_scenario("small.yaml", ["radio.fading=rician", "learning.adapter.rank=4"])
    assert cli("validate", "plans/made.yaml").code == 0


def test_without_a_controller_that_grants_ranks_the_codec_keeps_them(cli) -> None:
    """A part of eight ranks fits: the prediction and the written scenario send no more."""
    changes = ("codec={kind: error_feedback, inner: soft}", "radio.bandwidth_hz=1e5", "--ranks", "8", "--json")
    everything = json.loads(cli("plan", "small.yaml", *changes, "--budget-s", "1e6").out)
    limit = str(0.5 * (everything["ranks"][0]["round_s"] + everything["least_budget_s"]))
    facts = json.loads(cli("plan", "small.yaml", *changes, "--budget-s", limit, "-o", "made.yaml").out)
    (row,) = facts["ranks"]
    assert 1 <= row["kept"] < 8 and row["dropped"] > 0.0
    assert facts["predicted"]["uplink_bytes"] == pytest.approx(2 * 3 * row["upload_bytes"], rel=0.02)
    made = load_scenario("made.yaml")
    assert (made.codec.inner.keep, made.learning.adapter.rank) == (row["kept"], 8)


def test_a_controller_that_grants_ranks_is_left_to_it(cli) -> None:
    tsfa = ("codec=soft", "controller={kind: tsfa, latency_budget_s: 1e6}")
    assert cli("plan", "small.yaml", *tsfa, "--ranks", "2", "-o", "made.yaml").code == 0
    assert load_scenario("made.yaml") == load_scenario(
        "small.yaml", [*tsfa, "learning.adapter.rank=2", "learning.adapter.alpha=4.0"]
    )


def test_a_budget_given_here_is_the_controllers_in_the_choice(cli) -> None:
    tsfa = ("codec=soft", "controller={kind: tsfa, latency_budget_s: 1e6}", "--budget-s", "2e6")
    assert cli("plan", "small.yaml", *tsfa, "--ranks", "2", "-o", "made.yaml").code == 0
    assert load_scenario("made.yaml").controller.latency_budget_s == 2e6


def test_what_the_table_leaves_out_is_said(cli) -> None:
    said = cli("plan", "small.yaml", "codec=top_k", "--budget-s", "1e6", "--ranks", "2")
    assert "codec top_k sets itself how much is sent: what it leaves out is not in the table\n" in said.out
    assert "not in the table" not in cli("plan", "small.yaml", "--budget-s", "1e6", "--ranks", "2").out


def test_a_packaged_scenario_is_extended_by_name(cli) -> None:
    assert cli("plan", "digits", "learning.kind=none", "--budget-s", "1e6", "--ranks", "2", "-o", "made.yaml").code == 0
    assert Path("made.yaml").read_text().startswith("extends: digits\n")


def test_a_budget_that_no_rank_meets(cli) -> None:
    said = cli("plan", "small.yaml", "--budget-s", "0.001", "--ranks", "4,8", "-o", "made.yaml")
    least_s = float(said.err.split()[-2])
    assert said.code == 1 and said.err == (
        "wfsim: no rank of 4, 8 meets 0.001 s a round, even if as little as possible is sent; "
        f"the least budget that can be met is {least_s:g} s\n"
    )
    assert [line.split()[2] for line in said.out.splitlines()[2:]] == ["none", "none"]
    assert not Path("made.yaml").exists()
    assert cli("plan", "small.yaml", "--budget-s", str(least_s), "--ranks", "4,8").code == 0
    facts = json.loads(cli("plan", "small.yaml", "--budget-s", "0.001", "--json").out)
    assert facts["chosen"] is None and facts["predicted"] is None


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--ranks", "2"), "controller all has no latency_budget_s: give --budget-s"),
        (("-o", "made.yaml"), "controller all has no latency_budget_s: give --budget-s"),
        (("--budget-s", "0"), "--budget-s 0: must be a number of seconds above 0"),
        (("--budget-s", "nan"), "--budget-s nan: must be a number of seconds above 0"),
        (("--budget-s", "5", "--covariance", "nan"), "--covariance nan: must be a number of at least 0"),
        (("--budget-s", "5", "--ranks", "1,x"), "--ranks 1,x: give whole numbers from 1 to 256, such as 1,2,4,8"),
        (("--budget-s", "5", "--ranks", "0"), "--ranks 0: give whole numbers from 1 to 256, such as 1,2,4,8"),
        (("--budget-s", "5", "--pilot", "2", "--covariance", "0"), "give --covariance or --pilot, which measures it"),
        (("protocol=asynchronous", "--budget-s", "5"), "protocol asynchronous has no rounds that everybody waits for"),
        (("--budget-s", "1e6", "-o", "small.yaml"), "small.yaml is the scenario that is planned"),
        (("--budget-s", "1e6", "-o", "nix/made.yaml"), "nix/made.yaml cannot be written"),
    ],
)
def test_wrong_usage(cli, words: tuple[str, ...], reason: str) -> None:
    before = Path("small.yaml").read_bytes()
    said = cli("plan", "small.yaml", *words)
    assert said.code == 2 and said.err.startswith(f"wfsim: {reason}") and said.err.count("\n") == 1
    assert Path("small.yaml").read_bytes() == before and not Path("runs").exists()


def test_a_change_to_an_item_of_a_list_cannot_be_written(cli) -> None:
    Path("two.yaml").write_text(
        "extends: small.yaml\ntopology: {kind: placed, devices: [{name: a, distance_m: 90}]}\n", encoding="utf-8"
    )
    words = ("plan", "two.yaml", "topology.devices[0].distance_m=50", "--budget-s", "1e6", "--ranks", "1")
    assert cli(*words).code == 0
    said = cli(*words, "-o", "made.yaml")
    assert said.code == 2 and said.err.endswith(
        "-o cannot write a change to an item of a list; put it into the scenario\n"
    )
    assert not Path("made.yaml").exists()


def test_a_scenario_that_is_wrong_is_named(cli) -> None:
    said = cli("plan", "small.yaml", "learning.adapter.target_modules=[nix]", "--budget-s", "5")
    assert said.code == 3 and said.err.startswith("small.yaml: learning.adapter.target_modules: no linear layer")


def test_without_a_pilot_torch_is_not_imported(python) -> None:
    words = ["plan", "small.yaml", "--budget-s", "1e6"]
    code = f"import sys; from wfsim.cli.main import main; main({words}); print('torch' in sys.modules)"
    assert python("-c", code).out.splitlines()[-1] == "False"


def test_a_pilot_trains_measures_and_is_found_again(cli) -> None:
    words = (
        "plan",
        "small.yaml",
        "learning.kind=lora",
        "--budget-s",
        "1e6",
        "--ranks",
        "1,2",
        "--pilot",
        "2",
        "--json",
    )
    facts = json.loads(cli(*words).out)
    (run,) = Path("runs").iterdir()
    assert facts["source"] == f"measured in 2 rounds at rank 2: {run}"
    small, large = facts["ranks"]
    assert 0.0 < small["tail"] < 0.5 and large["tail"] == 0.0  # nothing is seen beyond the pilot's rank
    assert 0.0 < small["covariance"] == pytest.approx(large["covariance"] / 2)
    before = (run / "journal.jsonl").stat().st_mtime_ns
    assert json.loads(cli(*words).out) == facts
    assert (run / "journal.jsonl").stat().st_mtime_ns == before
