"""What every optimizer promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.contracts._require import require, require_equal
from wfsim.learning.optimizer import Optimizer

if TYPE_CHECKING:
    from torch import Tensor

_JOBS, _ENTRIES, _STEPS = 3, 64, 4


def check_the_state_has_one_row_per_job(optimizer: Optimizer) -> None:
    """[jobs, state_slots, entries]: what a device's memory is counted by."""
    shape = tuple(optimizer.begin(_values(0)).shape)
    require_equal(shape, (_JOBS, optimizer.state_slots, _ENTRIES), "the shape of the state")


def check_a_step_moves_parameters_in_place_to_finite_values(optimizer: Optimizer) -> None:
    """The engine keeps the tensor it handed over."""
    import torch

    start, moved = _values(0), _values(0)
    _walk(optimizer, moved, jobs=_JOBS)
    require(not torch.equal(moved, start), "four steps leave the parameters where they were")
    require(bool(torch.isfinite(moved).all()), "a parameter is not finite")


def check_a_job_s_result_ignores_its_neighbours(optimizer: Optimizer) -> None:
    """A chunk of one gives the bits of a chunk of three."""
    import torch

    together, alone = _values(0), _values(0)[:1].clone()
    _walk(optimizer, together, jobs=_JOBS)
    _walk(optimizer, alone, jobs=1)
    require(torch.equal(together[:1], alone), "the first job's bits depend on the jobs beside it")


def _walk(optimizer: Optimizer, parameters: Tensor, *, jobs: int) -> None:
    state = optimizer.begin(parameters)
    for number in range(1, _STEPS + 1):
        optimizer.step(parameters, _values(number)[:jobs].clone(), state, number)


def _values(seed: int) -> Tensor:
    import torch

    return torch.randn(_JOBS, _ENTRIES, generator=torch.Generator().manual_seed(seed))
