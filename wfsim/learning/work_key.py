"""What a piece of computed work depends on, as one hash: equal keys, equal bits."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wfsim.learning.base import Base, digest_of
from wfsim.learning.engine import Job
from wfsim.learning.workload import Workload, weights_digest
from wfsim.local_path import without_paths
from wfsim.messages import Adapter

_PACKAGES = ("torch", "transformers", "peft", "numpy", "tokenizers", "pillow")


def work_identity(workload: Workload, code_digest: str) -> str:
    """Hash of all that the jobs of a run have in common: code, base, data, settings, library versions and machine."""
    settings = workload.settings
    facts = {
        "code": code_digest,
        "machine": machine(),
        "weights": weights_digest(settings),
        "data": [without_paths(settings.data), workload.dataset.digest],
        "model": without_paths(settings.model),
        "adapter": without_paths(settings.adapter),
        "shapes": [list(map(str, workload.shapes.tensors)), workload.shapes.rank],
        "local": settings.local.model_dump(mode="json"),
        "precision": settings.engine.precision,
        "device": _device(settings.engine.device),
        "engine": [settings.engine.reference, settings.engine.buckets, settings.engine.prefix_cache_bytes],
    }
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=20).hexdigest()


def chunk_key(identity: str, jobs: Sequence[Job]) -> str:
    """Key of an ordered chunk: where every job starts, on which base, what it trains and the examples of each step."""
    digest = hashlib.blake2b(f"chunk {identity} {len(jobs)}".encode(), digest_size=20)
    for job in jobs:
        digest.update(_start_digest(job.start) + digest_of(job.base) + _mask_digest(job))
        digest.update(len(job.batches).to_bytes(8, "little"))
        for batch in job.batches:
            digest.update(len(batch).to_bytes(8, "little") + np.ascontiguousarray(batch, np.int64).tobytes())
    return digest.hexdigest()


def score_key(identity: str, adapter: Adapter, base: Base | None = None) -> str:
    """Key of an adapter's scores on the held-out examples, on its base."""
    facts = f"score {identity}".encode() + _start_digest(adapter) + digest_of(base)
    digest = hashlib.blake2b(facts, digest_size=20)
    return digest.hexdigest()


def machine() -> dict[str, str]:
    """What decides the bits of a floating-point result here: kind of processor and versions of the libraries."""
    return {"processor": _processor(), **{name: importlib.metadata.version(name) for name in _PACKAGES}}


def _start_digest(adapter: Adapter) -> bytes:
    vector = adapter.vector()
    return hashlib.blake2b(vector.dtype.str.encode() + vector.tobytes(), digest_size=20).digest()


def _mask_digest(job: Job) -> bytes:
    """Of as many bytes with a mask as without."""
    mask = b"" if job.trains is None else b"mask" + np.asarray(job.trains, dtype=np.bool_).tobytes()
    return hashlib.blake2b(mask, digest_size=20).digest()


def _device(name: str) -> str:
    """What computes; of CUDA also the kind of card, which chooses the kernels."""
    if name != "cuda":
        return name
    import torch

    return f"cuda {torch.cuda.get_device_name()}" if torch.cuda.is_available() else name


@functools.cache
def _processor() -> str:
    """Model and instruction sets, which choose the kernels of a mathematics library."""
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    kept = [line for line in first.splitlines() if line.startswith(("model name", "flags", "Features", "CPU part"))]
    return f"{platform.machine()} {hashlib.blake2b(chr(10).join(kept).encode(), digest_size=8).hexdigest()}"
