"""A model by its name on the Hugging Face hub."""

from __future__ import annotations

import functools
from pathlib import Path

from pydantic import Field

from wfsim.errors import ScenarioError
from wfsim.learning.families import Encoder, Pooling
from wfsim.learning.models import FILES, Model
from wfsim.learning.models.hugging_face import HuggingFace

_WEIGHTS = ("model*.safetensors", "model.safetensors.index.json")
_NAME = r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?$"
_ADVICE = "download it where there is a network and give model {kind: hugging_face, path: FOLDER}"


class Hub(Model, kind="hub"):
    """A model of the hub, downloaded once into the cache of `huggingface_hub`; what the cache holds is not asked for
    again.

    Only safetensors, `config.json` and the files of tokenizer or image processor are fetched: no pickle, no code. The
    digests of the files, not the name, are what a run's id rests on; a commit as `revision` pins them. Gated models
    need a login (`hf auth login`). Otherwise as `hugging_face`.
    """

    name: str = Field(pattern=_NAME, description="owner/model", examples=["sentence-transformers/all-MiniLM-L6-v2"])
    revision: str = Field("main", min_length=1, description="commit, tag or branch")
    max_tokens: int = Field(128, ge=2, le=8192, description="texts are cut or padded to this many tokens")
    pooling: Pooling = Field("first", description="what a classifier of texts reads, as under hugging_face")
    pack: bool = Field(False, description="join and cut texts, as hugging_face does")

    def directory(self) -> Path:
        """The folder in the cache, filled if need be. Raises ScenarioError where the model cannot be had."""
        return _downloaded(self.name, self.revision)

    def encoder(self, classes: int) -> Encoder:
        """As of the folder."""
        own = {"max_tokens": self.max_tokens, "pooling": self.pooling, "pack": self.pack}
        return HuggingFace.model_validate({"path": str(self.directory()), **own}).encoder(classes)

    @property
    def packs(self) -> bool:
        """As the field says."""
        return self.pack

    @property
    def public_name(self) -> str:
        """As on the hub."""
        return self.name


@functools.lru_cache(maxsize=64)
def _downloaded(name: str, revision: str) -> Path:
    from huggingface_hub import snapshot_download

    def folder(*, local_files_only: bool) -> Path:
        patterns = [*FILES, *_WEIGHTS]
        return Path(
            snapshot_download(name, revision=revision, allow_patterns=patterns, local_files_only=local_files_only)
        )

    try:
        return folder(local_files_only=True)
    except OSError:  # not in the cache, or not all of it
        pass
    try:
        return folder(local_files_only=False)
    except OSError as error:
        message = f"{name} (revision {revision}) {_reason(error)}; {_ADVICE}"
        raise ScenarioError(message, path="learning.model.name") from None


def _reason(error: OSError) -> str:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return "is gated: ask for access on its page, then `hf auth login`"
    if isinstance(error, RepositoryNotFoundError):
        return "is not on the hub, or is private"
    if isinstance(error, RevisionNotFoundError):
        return "has no such revision"
    return "is not in the local cache, and the hub cannot be reached"
