from __future__ import annotations

import pytest
from pydantic import ValidationError

from wfsim.learning.optimizer import Optimizer

torch = pytest.importorskip("torch")
CASES = [
    ({"kind": "sgd", "lr": 0.1}, lambda p: torch.optim.SGD([p], lr=0.1)),
    (
        {"kind": "sgd", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
        lambda p: torch.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.01),
    ),
    (
        {"kind": "adamw", "lr": 0.01, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1},
        lambda p: torch.optim.AdamW([p], lr=0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1),
    ),
]


@pytest.mark.parametrize("settings, theirs", CASES, ids=["sgd", "sgd-momentum", "adamw"])
def test_the_rule_of_torch(settings, theirs):
    generator = torch.Generator().manual_seed(1)
    start = torch.randn(3, 50, generator=generator, dtype=torch.float64)
    ours, reference = start.clone(), torch.nn.Parameter(start.clone())
    optimizer, stepper = Optimizer.parse(settings), theirs(reference)
    state = optimizer.begin(ours)
    for number in range(1, 8):
        reference.grad = torch.randn(3, 50, generator=generator, dtype=torch.float64)
        optimizer.step(ours, reference.grad.clone(), state, number)
        stepper.step()
    assert (ours - reference.detach()).abs().max() < 1e-14
    assert (ours - start).abs().max() > 1e-2


@pytest.mark.parametrize("settings", [case[0] for case in CASES], ids=["sgd", "sgd-momentum", "adamw"])
def test_a_prefix_of_the_state_goes_on_alone(settings):
    optimizer, gradient = Optimizer.parse(settings), torch.ones(3, 64)
    whole, part = torch.zeros(3, 64), torch.zeros(3, 64)
    states = optimizer.begin(whole), optimizer.begin(part)
    for number in (1, 2, 3):
        active = 3 if number < 2 else 1
        optimizer.step(whole, gradient.clone(), states[0], number)
        optimizer.step(part[:active], gradient[:active].clone(), states[1][:active], number)
    assert torch.equal(whole[0], part[0]) and not torch.equal(whole[2], part[2])


@pytest.mark.parametrize(
    "settings", [{"kind": "adamw", "betas": (1.0, 0.9)}, {"kind": "sgd", "momentum": 1.0}, {"kind": "sgd", "lr": 0.0}]
)
def test_settings_out_of_range(settings):
    with pytest.raises(ValidationError):
        Optimizer.parse(settings)
