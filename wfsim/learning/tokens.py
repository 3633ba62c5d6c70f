"""Texts as token numbers, by the tokenizer that comes with a model; torch is not needed."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import ScenarioError
from wfsim.learning.config_file import read_json
from wfsim.learning.families import TextInput
from wfsim.learning.work_store import WorkStore, stored

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.implementations import BaseTokenizer

_UNKNOWN, _MOST_UNKNOWN, _LOOKED_AT = ("[UNK]", "<unk>"), 0.2, 1000
_ADVICE = "is it of the texts' language, is do_lower_case right, does the model split texts in a way of its own?"
_FAST, _VOCABULARY, _SETTINGS = "tokenizer.json", "vocab.txt", "tokenizer_config.json"


class Tokens(NamedTuple):
    """Token numbers and mask (1 for a token, 0 for padding), each int64 [n, max_tokens]."""

    ids: NDArray[np.int64]
    mask: NDArray[np.int64]


_DONE: dict[tuple[Path, int, tuple[str, ...], TextInput], Tokens] = {}  # the last few, in order
_MOST_DONE = 8


def tokenise(directory: Path, texts: tuple[str, ...], form: TextInput, store: WorkStore | None = None) -> Tokens:
    """Every text cut or padded to `form.max_tokens`; done once per process, and once for all that share a `store`.

    Raises ScenarioError.
    """
    path = tokenizer_file(directory)
    asked = (path, path.stat().st_mtime_ns, texts, form)
    found = _DONE.get(asked)
    if found is None:
        found = _tokenised(*asked) if store is None else _from_store(store, *asked)
        while len(_DONE) >= _MOST_DONE:
            _DONE.pop(next(iter(_DONE)), None)
        _DONE[asked] = found
    return found


def token_key(path: Path, texts: tuple[str, ...], form: TextInput) -> str:
    """Hash of all that token numbers depend on: the tokenizer's files and library, the texts and the form."""
    files = (path, path.parent / _SETTINGS)
    parts = [hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"" for file in files]
    library = importlib.metadata.version("tokenizers")
    digest = hashlib.blake2b(f"tokens {library} {path.name} {form}".encode() + b"".join(parts), digest_size=20)
    for text in texts:
        encoded = text.encode()
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    return digest.hexdigest()


def open_tokenizer(directory: Path, form: TextInput) -> Tokenizer | BaseTokenizer:
    """The tokenizer of a model, which neither cuts nor pads; not to be changed. Raises ScenarioError."""
    path = tokenizer_file(directory)
    return _whole(path, path.stat().st_mtime_ns, form)


def check_tokenizer(directory: Path, texts: tuple[str, ...], form: TextInput) -> None:
    """Raises ScenarioError for a tokenizer that is missing, unreadable, larger than the model's vocabulary, or to which
    more than a fifth of the tokens of the first thousand texts are unknown."""
    path = tokenizer_file(directory)
    share = _unknown_share(path, path.stat().st_mtime_ns, texts[:_LOOKED_AT], form)
    if share > _MOST_UNKNOWN:
        message = f"{share:.0%} of the tokens of the texts are unknown to this tokenizer; {_ADVICE}"
        raise ScenarioError(message, file=str(path))


def tokenizer_file(directory: Path) -> Path:
    """`tokenizer.json`, else `vocab.txt` (WordPiece). Raises ScenarioError where there is neither."""
    for name in (_FAST, _VOCABULARY):
        if (directory / name).is_file():
            return directory / name
    advice = "make one with transformers: AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR)"
    raise ScenarioError(f"no {_FAST} or {_VOCABULARY} in the model's folder; {advice}", file=str(directory))


@functools.lru_cache(maxsize=8)
def _unknown_share(path: Path, changed_ns: int, texts: tuple[str, ...], form: TextInput) -> float:
    tokenizer = _tokenizer(path, changed_ns, form)
    encodings = tokenizer.encode_batch(list(texts))
    tokens = [t for e in encodings for t, special in zip(e.tokens, e.special_tokens_mask, strict=True) if not special]
    return sum(token in _UNKNOWN for token in tokens) / max(len(tokens), 1)


def _from_store(store: WorkStore, path: Path, changed_ns: int, texts: tuple[str, ...], form: TextInput) -> Tokens:
    """In the store they take a quarter of the bytes, or fewer."""

    def compute() -> Sequence[NDArray[Any]]:
        tokens = _tokenised(path, changed_ns, texts, form)
        return tokens.ids.astype(np.int32), tokens.mask.astype(np.bool_)

    ids, mask = stored(store, token_key(path, texts, form), compute)
    return Tokens(ids.astype(np.int64), mask.astype(np.int64))


def _tokenised(path: Path, changed_ns: int, texts: tuple[str, ...], form: TextInput) -> Tokens:
    encodings = _tokenizer(path, changed_ns, form).encode_batch(list(texts))
    ids = np.array([encoding.ids for encoding in encodings], np.int64)
    return Tokens(ids, np.array([encoding.attention_mask for encoding in encodings], np.int64))


@functools.lru_cache(maxsize=8)
def _whole(path: Path, _changed_ns: int, form: TextInput) -> Tokenizer | BaseTokenizer:
    tokenizer = _opened(path, form)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@functools.lru_cache(maxsize=8)
def _tokenizer(path: Path, _changed_ns: int, form: TextInput) -> Tokenizer | BaseTokenizer:
    tokenizer = _opened(path, form)
    pad = tokenizer.id_to_token(form.pad_id)
    if pad is None:
        raise ScenarioError(f"has no token {form.pad_id}, which is the model's pad_token_id", file=str(path))
    tokenizer.enable_truncation(form.max_tokens)
    tokenizer.enable_padding(length=form.max_tokens, pad_id=form.pad_id, pad_token=pad)
    return tokenizer


def _opened(path: Path, form: TextInput) -> Tokenizer | BaseTokenizer:
    """A tokenizer of its own, no larger than the model's vocabulary."""
    try:
        tokenizer = _fast(path) if path.name == _FAST else _word_piece(path)
    except Exception as error:  # tokenizers raises nothing narrower
        message = f"is no tokenizer that can be read: {' '.join(str(error).split())}"
        raise ScenarioError(message, file=str(path)) from None
    if tokenizer.get_vocab_size() > form.vocabulary:
        message = f"has {tokenizer.get_vocab_size()} tokens, the model's vocab_size is {form.vocabulary}"
        raise ScenarioError(message, file=str(path))
    if form.max_tokens <= (special := tokenizer.num_special_tokens_to_add(False)):
        message = f"{form.max_tokens} leaves no room for text: the tokenizer puts {special} tokens of its own around it"
        raise ScenarioError(message, path="learning.model.max_tokens")
    return tokenizer


def _fast(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def _word_piece(path: Path) -> BaseTokenizer:
    """BERT's own: lower case unless `tokenizer_config.json` says otherwise, as transformers reads it."""
    from tokenizers import BertWordPieceTokenizer

    settings_file = path.parent / _SETTINGS
    settings = read_json(settings_file) if settings_file.is_file() else {}
    return BertWordPieceTokenizer(
        str(path),
        lowercase=settings.get("do_lower_case", True),
        strip_accents=settings.get("strip_accents"),
        handle_chinese_chars=settings.get("tokenize_chinese_chars", True),
    )
