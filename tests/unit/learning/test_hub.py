from __future__ import annotations

import shutil
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import errors

from wfsim.errors import ScenarioError
from wfsim.learning.models.hub import Hub
from wfsim.learning.models.tiny_vit import TinyVit
from wfsim.scenario.identity import run_id
from wfsim.scenario.load import load_scenario

ADVICE = r"download it where there is a network and give model \{kind: hugging_face, path: FOLDER\}$"


def test_a_model_in_the_cache_is_the_folder_it_holds(hub) -> None:
    hub("wfsim/cached", TinyVit().directory())
    model = Hub(name="wfsim/cached")
    assert model.encoder(7) == TinyVit().encoder(7)
    assert [path.name for path in model.files()] == [path.name for path in TinyVit().files()]
    assert model.public_name == "wfsim/cached"


def test_what_the_cache_lacks_is_asked_for_once_without_pickles(monkeypatch, tmp_path) -> None:
    asked = []

    def download(name, *, revision, allow_patterns, local_files_only):
        asked.append((name, revision, local_files_only))
        if local_files_only:
            raise errors.LocalEntryNotFoundError("nothing here")
        matches = [path for path in TinyVit().directory().iterdir() if any(path.match(p) for p in allow_patterns)]
        for path in matches:
            shutil.copy(path, tmp_path)
        assert not any(
            Path(name).match(p) for p in allow_patterns for name in ("pytorch_model.bin", "model.py", "a.pkl")
        )
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    model = Hub(name="wfsim/fetched", revision="v2")
    assert model.directory() == model.directory() == tmp_path
    assert asked == [("wfsim/fetched", "v2", True), ("wfsim/fetched", "v2", False)]
    assert model.encoder(3).family == "vit"


def answer(kind: type[Exception]) -> Exception:
    """An error of the hub, made without a response."""
    return kind.__new__(kind)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (errors.LocalEntryNotFoundError, "is not in the local cache, and the hub cannot be reached"),
        (errors.OfflineModeIsEnabled, "is not in the local cache, and the hub cannot be reached"),
        (errors.RepositoryNotFoundError, "is not on the hub, or is private"),
        (errors.GatedRepoError, "is gated: ask for access on its page, then `hf auth login`"),
        (errors.RevisionNotFoundError, "has no such revision"),
    ],
)
def test_a_model_that_cannot_be_had_is_one_line_with_what_to_do(monkeypatch, kind, says) -> None:
    def refuse(*_, **__):
        raise answer(kind)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    with pytest.raises(ScenarioError, match=rf"learning.model.name: a/b \(revision r\) {says}; {ADVICE}") as error:
        Hub(name="a/b", revision="r").directory()
    assert "\n" not in str(error.value)


def test_offline_says_so(hub) -> None:
    with pytest.raises(ScenarioError, match=f"wfsim/absent .* cannot be reached; {ADVICE}"):
        Hub(name="wfsim/absent").encoder(2)


def test_the_run_id_rests_on_the_files(hub, tmp_path) -> None:
    for name in ("one", "two"):
        shutil.copytree(TinyVit().directory(), tmp_path / name)
        hub(f"wfsim/{name}", tmp_path / name)
    config = tmp_path / "two" / "config.json"
    ids = [run_id(load_scenario("digits", {"learning.model": {"kind": "hub", "name": "wfsim/one"}})) for _ in range(2)]
    assert ids[0] == ids[1]
    (tmp_path / "one" / "config.json").write_text(config.read_text() + " ")
    assert run_id(load_scenario("digits", {"learning.model": {"kind": "hub", "name": "wfsim/one"}})) != ids[0]


@pytest.mark.parametrize("name", ["./folder", "/abs", "a/b/c", "a b", "", "../up"])
def test_a_path_is_no_name(name) -> None:
    with pytest.raises(ScenarioError, match="learning.model.name"):
        load_scenario("digits", {"learning.model": {"kind": "hub", "name": name}})
