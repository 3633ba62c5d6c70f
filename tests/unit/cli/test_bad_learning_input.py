"""Models, data and adapters that do not fit: one line that names what to change, exit code 3, before anything runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Change = Callable[[Path], None]


@pytest.fixture
def files(text_model, texts_csv, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a model of one's own, `model`, and texts, `texts.csv`, both sound."""
    shutil.copytree(text_model("bert"), tmp_path / "model")
    shutil.copyfile(texts_csv, tmp_path / "texts.csv")
    capsys.readouterr()  # what transformers printed while the model was made
    return tmp_path


def validate(cli, files: Path, *overrides: str):
    own = [f"learning.model={{kind: hugging_face, path: {files / 'model'}, max_tokens: 8}}"]
    own += [f"learning.data={{kind: csv, path: {files / 'texts.csv'}}}", "topology.devices=3"]
    return cli("validate", "digits", *own, "learning.partition=iid", *overrides)


def missing(files: Path) -> None:
    (files / "model" / "model.safetensors").unlink()


def truncated(files: Path) -> None:
    path = files / "model" / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def pickled(files: Path) -> None:
    (files / "model" / "model.safetensors").rename(files / "model" / "pytorch_model.bin")


def more_words(files: Path) -> None:
    with (files / "model" / "vocab.txt").open("a") as vocabulary:
        vocabulary.write("surplus\nwords\n")


def other_words(files: Path) -> None:
    lines = (files / "texts.csv").read_text().splitlines()
    (files / "texts.csv").write_text("\n".join([lines[0], *(f"zzz qqq {line}" for line in lines[1:])]))


def five_texts(files: Path) -> None:
    lines = (files / "texts.csv").read_text().splitlines()
    (files / "texts.csv").write_text("\n".join(lines[:6]) + "\n")


def nothing_more(files: Path) -> None:
    pass


CASES: dict[str, tuple[Change, tuple[str, ...], tuple[str, ...]]] = {
    "missing weights": (missing, (), ("/model: no model.safetensors (or model.safetensors.index.json)",)),
    "truncated weights": (truncated, (), ("/model/model.safetensors: is truncated or is not a safetensors file",)),
    "pickled weights": (pickled, (), ("/model: pytorch_model.bin is pickled, which can run code", "save_pretrained")),
    "label column": (nothing_more, ("learning.data.label=klass",), ("/texts.csv", "'klass'", "text, label")),
    "empty shard": (five_texts, ("topology.devices=40",), ("40 devices", "examples")),
    "rank": (
        nothing_more,
        ("learning.adapter.rank=33",),
        ("learning.adapter.rank: 33 is more than bert.encoder.layer.0.attention.self.query (32 x 32)", "at most 32"),
    ),
    "target module": (
        nothing_more,
        ("learning.adapter.target_modules=[querry]",),
        ("learning.adapter.target_modules: no linear layer called 'querry' (did you mean 'query'?); known: dense",),
    ),
    "vocabulary": (more_words, (), ("/model/vocab.txt: has 21 tokens, the model's vocab_size is 19",)),
    "unknown words": (other_words, (), ("/model/vocab.txt: ", "of the tokens of the texts are unknown")),
    "hub": (
        nothing_more,
        ("learning.model={kind: hub, name: wfsim/absent}",),
        ("learning.model.name: wfsim/absent (revision main) is not in the local cache", "path: FOLDER"),
    ),
    "start of another rank": (
        lambda files: start(files, r=8),
        (f"learning.adapter.start={'START'}",),
        ("/start/adapter_config.json", "8", "learning.adapter.rank is 4"),
    ),
    "pickled start": (
        lambda files: start(files, r=4),
        (f"learning.adapter.start={'START'}",),
        ("/start/adapter_model.safetensors: no such file: adapter_model.bin is pickled, save it again as safetensors",),
    ),
}


def start(files: Path, r: int) -> None:
    (files / "start").mkdir()
    config = {"peft_type": "LORA", "r": r, "lora_alpha": 8.0}
    (files / "start" / "adapter_config.json").write_text(json.dumps(config))
    (files / "start" / "adapter_model.bin").write_bytes(b"pickled")


@pytest.mark.parametrize("case", CASES)
def test_one_line_and_exit_code_3(cli, hub, files: Path, case: str) -> None:
    change, overrides, says = CASES[case]
    change(files)
    said = validate(cli, files, *(override.replace("START", str(files / "start")) for override in overrides))
    assert (said.code, said.out, said.err.count("\n")) == (3, "", 1), said.err
    assert all(part in said.err for part in says), said.err
    assert "Traceback" not in said.err


def test_sound_files_are_valid(cli, files: Path) -> None:
    assert validate(cli, files).code == 0


def test_a_plan_without_pairs_has_no_rank_to_choose(cli) -> None:
    said = cli("plan", "digits", "learning.adapter.method=head", "--budget-s", "4")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "learning.adapter.method head has no rank to choose" in said.err
