"""Language models end to end: from YAML through the command line, as PEFT computes them, and back into PEFT."""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from wfsim.cli.main import main
from wfsim.learning.engine import Job
from wfsim.learning.families import TextInput
from wfsim.learning.masks import trained_entries
from wfsim.learning.peft_trainer import PeftTrainer
from wfsim.learning.runner import Runner
from wfsim.learning.start import first_adapter
from wfsim.learning.tokens import tokenise
from wfsim.learning.trainer import make_trainer
from wfsim.learning.work import Work
from wfsim.learning.work_store import WorkStore
from wfsim.learning.workload import Workload, build_workload
from wfsim.results.directory import Run
from wfsim.results.verify import verify
from wfsim.rng import Streams
from wfsim.scenario.load import load_scenario

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")
transformers = pytest.importorskip("transformers")

FAMILIES = ("llama", "gpt2")
TOLERANCE = {"float64": 1e-10, "float32": 1e-5}
SMALL = ("topology.devices=3", "stop.rounds=2", "learning.local.epochs=4", "learning.model.max_tokens=12")


STEPPERS = {
    "adamw": lambda values: torch.optim.AdamW(values, lr=2e-3, weight_decay=0.0),
    "sgd": lambda values: torch.optim.SGD(values, lr=0.1, momentum=0.9),
}


def command(*words: str) -> tuple[int, str]:
    """The exit code of `wfsim WORDS` and all that it said."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = main(list(words))
    return code, said.getvalue()


def asked(model: Path, data: Path, *more: str) -> list[str]:
    return [f"learning.model.path={model}", f"learning.data.path={data}", *SMALL, *more]


def workload_of(model: Path, data: Path, *more: str) -> Workload:
    scenario = load_scenario("language_local", asked(model, data, *more))
    return build_workload(scenario.learning, Streams(1), scenario.topology.device_names())


def first_job(workload: Workload, **fields) -> Job:
    local, streams = workload.settings.local, Streams(1)
    device, indices = next(iter(workload.shards.train.items()))
    start = first_adapter(workload.settings.adapter, workload.shapes, streams)
    batches = local.batches(streams, device, 1, indices, steps=8)
    return Job(device=device, round=1, base_version=0, start=start, batches=batches, **fields)


@pytest.fixture(scope="module", params=FAMILIES)
def run(request, tmp_path_factory, language_model, book) -> tuple[Path, Run, str]:
    """The model's folder, a federation of three devices over two rounds, and what the command line said."""
    model, out = language_model(request.param), tmp_path_factory.mktemp("run") / "run"
    code, said = command("run", "language_local", *asked(model, book), "--out", str(out))
    assert code == 0, said
    return model, Run(out), said


def test_perplexity_falls_and_is_shown(run) -> None:
    _, done, said = run
    first, last = (row["perplexity"] for row in done.rounds)
    assert last < 0.5 * first
    assert last == pytest.approx(math.exp(done.rounds[-1]["loss"]), rel=1e-12)
    assert done.summary["final_perplexity"] == done.summary["best_perplexity"] == last
    for words in ("perplexity, last", "next-token accuracy, last", "perplexity "):
        assert words in said
    assert verify(done.journal()) == []


def test_its_convergence_is_drawn_as_perplexity(run) -> None:
    pytest.importorskip("matplotlib")
    from wfsim.figures.convergence import convergence

    panel = convergence([run[1]]).axes[0]
    assert panel.get_ylabel() == "Perplexity on held-out data"
    assert panel.lines[0].get_ydata().tolist() == [row["perplexity"] for row in run[1].rounds]


def test_peft_loads_what_was_learned_and_gives_the_perplexity_that_was_measured(run, book) -> None:
    folder, done, _ = run
    base = transformers.AutoModelForCausalLM.from_pretrained(folder)
    model = peft.PeftModel.from_pretrained(base, done.path / "adapter").eval()
    assert isinstance(model, peft.PeftModelForCausalLM)
    workload = workload_of(folder, book)
    assert isinstance(workload.encoder.input, TextInput)
    tokens = tokenise(folder, workload.dataset.test_inputs, workload.encoder.input)
    ids, mask = torch.tensor(tokens.ids), torch.tensor(tokens.mask)
    with torch.no_grad():
        found = model(input_ids=ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100))
    assert math.exp(found.loss.item()) == pytest.approx(done.summary["final_perplexity"], rel=1e-5)
    real = mask[:, 1:] == 1
    hits = (found.logits[:, :-1].argmax(2) == ids[:, 1:])[real].double().mean().item()
    assert hits == pytest.approx(done.summary["final_accuracy"], abs=1e-12)


def test_same_seed_same_bytes_on_one_worker_or_two(run, book, tmp_path) -> None:
    folder, done, _ = run
    overrides = asked(folder, book, "learning.engine.chunk_workers=2", "learning.engine.chunk_jobs=1")
    command("run", "language_local", *overrides, "--out", str(tmp_path / "again"))
    assert (tmp_path / "again" / "journal.jsonl").read_bytes() == (done.path / "journal.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("family", "precision", "optimizer", "pack"),
    [
        ("llama", "float64", "adamw", True),
        ("llama", "float32", "sgd", False),
        ("gpt2", "float64", "adamw", False),
        ("gpt2", "float32", "sgd", False),
        ("mistral", "float64", "sgd", True),
        ("gpt_neox", "float64", "adamw", False),
    ],
)
def test_one_job_equals_a_plain_loop_over_peft(
    language_model, tmp_path, book, family, precision, optimizer, pack
) -> None:
    """AdamW blows rounding up where gradients are near zero, so that 32 bits are compared under SGD."""
    texts = book
    if not pack:  # of many lengths, each padded
        texts = tmp_path / "lines.txt"
        words = book.read_text().split()
        texts.write_text("\n".join(" ".join(words[i : i + 2 + i % 9]) for i in range(0, 90, 2)))
    more = [f"learning.model.pack={str(pack).lower()}", f"learning.engine.precision={precision}"]
    more += ["learning.local.optimizer={kind: sgd, lr: 0.1, momentum: 0.9}"] if optimizer == "sgd" else []
    workload = workload_of(language_model(family), texts, *more, *([] if pack else ["learning.data.pieces=lines"]))
    job = first_job(workload)
    (learned,) = make_trainer(workload).train([job])
    expected, losses = plain_loop(workload, job, getattr(torch, precision), STEPPERS[optimizer])
    assert np.abs(learned.delta.vector() - expected).max() <= TOLERANCE[precision]
    assert np.abs(learned.delta.vector()).max() > 1e-3
    assert learned.loss == pytest.approx(math.sqrt(np.mean(np.square(losses))), rel=1e-4)


def plain_loop(workload: Workload, job: Job, dtype, make_stepper) -> tuple[np.ndarray, np.ndarray]:
    """transformers, PEFT and torch.optim as their manuals use them, all texts padded: the change, every text's loss."""
    folder, settings = workload.settings.model.directory(), workload.settings.adapter
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    names = [pair.name for pair in workload.shapes.pairs]
    config = peft.LoraConfig(r=settings.rank, lora_alpha=settings.alpha, target_modules=names, task_type="CAUSAL_LM")
    model = peft.get_peft_model(model, config).to(dtype).eval()
    parameters = dict(model.named_parameters())
    values = [parameters[f"base_model.model.{tensor.name}.default.weight"] for tensor in workload.shapes.tensors]
    for value, start in zip(values, workload.shapes.split(job.start.vector()), strict=True):
        value.data.copy_(torch.from_numpy(start))
    stepper = make_stepper(values)
    tokens, losses = tokenise(folder, workload.dataset.train_inputs, workload.encoder.input), []
    for batch in job.batches:
        stepper.zero_grad()
        ids, mask = torch.tensor(tokens.ids[batch]), torch.tensor(tokens.mask[batch])
        logits, target = (
            model(input_ids=ids, attention_mask=mask).logits[:, :-1],
            ids.masked_fill(mask == 0, -100)[:, 1:],
        )
        each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), target, reduction="none")
        (each.sum() / (target != -100).sum()).backward()
        stepper.step()
        losses += (each.sum(1) / (target != -100).sum(1)).tolist()
    after = np.concatenate([value.detach().numpy().ravel() for value in values])
    return after - job.start.vector(), np.array(losses)


def test_a_score_is_an_average_over_tokens(language_model, tmp_path) -> None:
    """Texts of 2 and of 10 tokens: the long one counts nine times."""
    texts = tmp_path / "texts.csv"
    texts.write_text("text\n" + "the cat sat on the mat\n" * 5)
    test = tmp_path / "test.csv"
    test.write_text("text\nred house\nthe dog ran to the old red house . the\n")
    data = f"learning.data={{kind: csv, path: {texts}, test_path: {test}, label: null}}"
    workload = workload_of(language_model("gpt2"), texts, data, "learning.model.pack=false")
    adapter = first_job(workload).start
    losses, correct, weights = make_trainer(workload).evaluate(adapter)
    assert weights.tolist() == [1.0, 9.0] and workload.dataset.classes == 1
    score = Runner(workload).evaluate(adapter)
    assert score.loss == pytest.approx((losses[0] + 9 * losses[1]) / 10, rel=1e-12)
    assert score.accuracy == pytest.approx((correct[0] + 9 * correct[1]) / 10, abs=1e-12)


def test_fewer_ranks_and_frozen_factors_are_kept_as_they_were(language_model, book) -> None:
    workload = workload_of(language_model("gpt2"), book)
    mask = trained_entries(workload.shapes, 3)
    (learned,) = make_trainer(workload).train([first_job(workload, trains=mask)])
    assert learned.delta.vector()[mask].any() and not learned.delta.vector()[~mask].any()


def test_bfloat16_keeps_the_adapter_in_32_bits_and_learns_about_the_same(language_model, book) -> None:
    found = {}
    for precision in ("float32", "bfloat16"):
        workload = workload_of(language_model("llama"), book, f"learning.engine.precision={precision}")
        trainer, job = make_trainer(workload), first_job(workload)
        (learned,), (again,) = trainer.train([job]), trainer.train([job])
        assert np.array_equal(learned.delta.vector(), again.delta.vector())
        found[precision] = learned
        kinds = {value.dtype for value in trainer._prototype.parameters() if value.requires_grad}
        assert kinds == {torch.float32}
    assert next(iter(trainer._prototype.parameters())).dtype == torch.bfloat16
    exact, half = found["float32"], found["bfloat16"]
    apart = np.linalg.norm(exact.delta.vector() - half.delta.vector()) / np.linalg.norm(exact.delta.vector())
    assert 1e-4 < apart < 0.5
    assert half.loss == pytest.approx(exact.loss, rel=0.02)


def test_tokens_are_found_in_the_cache_and_a_damaged_entry_counts_as_absent(
    language_model, book, tmp_path, monkeypatch
) -> None:
    from wfsim.learning import tokens

    calls = []
    tokenised = tokens._tokenised
    monkeypatch.setattr(tokens, "_tokenised", lambda *asked: calls.append(asked) or tokenised(*asked))
    workload = workload_of(language_model("gpt2"), book)
    form, texts = workload.encoder.input, workload.dataset.train_inputs
    folder, scores = language_model("gpt2"), []

    def scored() -> int:
        monkeypatch.setattr(tokens, "_DONE", {})
        calls.clear()
        scores.append(Runner(workload, Work(cache=WorkStore(tmp_path))).evaluate(first_job(workload).start))
        for path in kept:
            path.unlink(missing_ok=True)
        return len(calls)

    kept: list[Path] = []
    assert scored() == 2
    entry = tmp_path / f"{tokens.token_key(folder / 'tokenizer.json', texts, form)}.work"
    kept += [
        path for path in tmp_path.glob("*.work") if json.loads(path.open("rb").readline())["arrays"][0][0] == "<f8"
    ]
    assert len(kept) == 1 and entry.is_file()
    kept[0].unlink()
    assert scored() == 0
    entry.write_bytes(entry.read_bytes()[:-1] + b"x")
    assert scored() == 1
    assert scores[0] == scores[1] == scores[2]


def test_other_texts_other_tokenizers_and_other_forms_have_other_keys(language_model, tmp_path) -> None:
    from wfsim.learning.tokens import token_key

    files = [language_model(family) / "tokenizer.json" for family in FAMILIES]
    form = TextInput(max_tokens=8, vocabulary=24, pad_id=0)
    keys = {token_key(file, texts, form) for file in files for texts in (("a", "b"), ("ab", ""), ("b", "a"))}
    keys |= {token_key(files[0], ("a", "b"), TextInput(max_tokens=9, vocabulary=24, pad_id=0))}
    assert len(keys) == 7
    moved = tmp_path / "tokenizer.json"
    moved.write_bytes(files[0].read_bytes())
    assert token_key(moved, ("a", "b"), form) in keys


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (["learning.data=digits"], r"learning.data: holds images, but the model \(gpt2\) reads texts"),
        (["learning.model.max_tokens=65"], r"learning.model.max_tokens: 65: .*allows at most 64 tokens"),
        (["learning.adapter.target_modules=[q_proj]"], r"no linear layer called 'q_proj'"),
        (["learning.adapter.method=head"], r"head trains nothing: gpt2 has no head"),
        (["learning.data={kind: csv, path: TEXTS}"], r"has no column 'label'.*label: null where texts have no labels"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(language_model, book, tmp_path, overrides, says) -> None:
    (tmp_path / "texts.csv").write_text("text\nthe cat\nthe dog\n")
    overrides = [text.replace("TEXTS", str(tmp_path / "texts.csv")) for text in overrides]
    code, said = command("validate", "language_local", *asked(language_model("gpt2"), book), *overrides)
    assert code == 3
    assert re.search(says, " ".join(said.split()))


def test_an_encoder_packs_nothing(text_model, texts_csv) -> None:
    overrides = [f"learning.model.path={text_model('bert')}", f"learning.data.path={texts_csv}"]
    code, said = command("validate", "bert_local", *overrides, "learning.model.pack=true")
    assert code == 3
    assert "learning.model.pack: bert classifies every example by itself" in " ".join(said.split())


def test_without_a_gpu_cuda_is_refused_in_one_line(language_model, book, tmp_path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    workload = workload_of(language_model("gpt2"), book, "learning.engine.device=cuda")
    with pytest.raises(Exception, match="learning.engine.device: torch finds no CUDA device here; give cpu"):
        PeftTrainer(workload)
