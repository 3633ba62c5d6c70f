from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.families import TextInput
from wfsim.learning.tokens import check_tokenizer, tokenise

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog", "Cat", "##s"]
FORM = TextInput(max_tokens=6, vocabulary=len(WORDS), pad_id=0)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    return tmp_path


def test_texts_are_padded_and_cut_to_one_length(folder) -> None:
    tokens = tokenise(folder, ("cat dogs", "dog dog dog dog dog dog dog", "zebra"), FORM)
    assert tokens.ids.tolist() == [[2, 5, 6, 8, 3, 0], [2, 6, 6, 6, 6, 3], [2, 1, 3, 0, 0, 0]]
    assert tokens.mask.tolist() == [[1, 1, 1, 1, 1, 0], [1] * 6, [1, 1, 1, 0, 0, 0]]


@pytest.mark.parametrize(("lower", "number"), [(True, 5), (False, 7)])
def test_tokenizer_config_says_whether_case_counts(folder, lower, number) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lower}))
    assert tokenise(folder, ("Cat",), FORM).ids[0, 1] == number


def test_tokenizer_json_goes_first_and_its_own_padding_is_not_used(folder) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "[UNK]": 1, "cat": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_padding(length=3)
    tokenizer.enable_truncation(2)
    tokenizer.save(str(folder / "tokenizer.json"))
    assert tokenise(folder, ("cat dog cat cat",), FORM).ids.tolist() == [[2, 1, 2, 2, 0, 0]]


def test_is_the_tokenizer_of_transformers(text_model, texts_csv) -> None:
    transformers = pytest.importorskip("transformers")
    directory = text_model("bert")
    texts = tuple(line.partition(",")[0] for line in texts_csv.read_text().splitlines()[1:40])
    theirs = transformers.BertTokenizer.from_pretrained(directory)(list(texts), padding="max_length", max_length=8)
    ours = tokenise(directory, texts, TextInput(max_tokens=8, vocabulary=30, pad_id=0))
    assert np.array_equal(ours.ids, theirs["input_ids"])
    assert np.array_equal(ours.mask, theirs["attention_mask"])


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (TextInput(max_tokens=6, vocabulary=4, pad_id=0), "has 9 tokens, the model's vocab_size is 4"),
        (TextInput(max_tokens=6, vocabulary=99, pad_id=50), "has no token 50, which is the model's pad_token_id"),
    ],
)
def test_a_tokenizer_of_another_model_is_refused(folder, form, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        check_tokenizer(folder, (), form)


@pytest.mark.parametrize("tokens", [1, 2])
def test_room_for_less_than_one_token_of_text_is_refused(folder, tokens) -> None:
    says = f"learning.model.max_tokens: {tokens} leaves no room for text: the tokenizer puts 2 tokens of its own"
    for asked in (tokenise, lambda *given: check_tokenizer(*given)):
        with pytest.raises(ScenarioError, match=says):
            asked(folder, ("cat",), FORM.__class__(max_tokens=tokens, vocabulary=9, pad_id=0))


def test_broken_and_missing_tokenizers_are_refused_in_one_line(folder) -> None:
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ScenarioError, match=r"tokenizer.json: is no tokenizer that can be read"):
        check_tokenizer(folder, (), FORM)
    with pytest.raises(ScenarioError, match=r"no tokenizer.json or vocab.txt in the model's folder"):
        check_tokenizer(folder.parent / "nowhere", (), FORM)


def test_a_tokenizer_that_knows_too_few_of_the_texts_is_refused_in_one_line(folder) -> None:
    known, strange = ("cat dogs", "dog cat dog zebra"), ("CCO cat", "CCN dog dog")
    check_tokenizer(folder, known, FORM)
    with pytest.raises(ScenarioError, match=r"vocab.txt: 40% of the tokens of the texts are unknown") as caught:
        check_tokenizer(folder, strange, FORM)
    assert "\n" not in str(caught.value)


def test_needs_neither_torch_nor_transformers(folder) -> None:
    code = (
        "import sys; from pathlib import Path; from wfsim.learning.families import TextInput; "
        "from wfsim.learning.tokens import tokenise; "
        f"tokenise(Path({str(folder)!r}), ('cat',), TextInput(max_tokens=6, vocabulary=9, pad_id=0)); "
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
