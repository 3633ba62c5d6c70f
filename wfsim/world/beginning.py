"""The first records of a run: what it is, and who takes part in it."""

from __future__ import annotations

import math

from wfsim import trace
from wfsim.learning.families import TextInput
from wfsim.world.cell import Cell
from wfsim.world.world import World


def write_beginning(world: World) -> None:
    """Write the first records."""
    scenario, shapes = world.scenario, world.workload.shapes
    world.write(
        trace.RunStarted(
            t_s=0.0,
            format=trace.FORMAT,
            scenario=scenario.name,
            seed=scenario.seed,
            devices=len(world.devices),
            rank=shapes.rank,
            entries=shapes.entries,
            update_bits=None if (plan := world.wire.plan(None)) is None else plan.size_bits,
            download_bits=world.download_plan.size_bits,
        )
    )
    _write_language_task(world)
    for device in world.devices:
        cell = world.home[device]
        _write_device(world, cell, cell.up.links[device])


def _write_language_task(world: World) -> None:
    workload = world.workload
    form, dataset = workload.encoder.input, workload.dataset
    if world.scenario.learning.kind == "none" or not workload.encoder.is_decoder or not isinstance(form, TextInput):
        return
    world.write(
        trace.LanguageTask(
            t_s=0.0,
            vocabulary=form.vocabulary,
            max_tokens=form.max_tokens,
            train_texts=len(dataset.train_labels),
            test_texts=len(dataset.test_labels),
        )
    )


def _write_device(world: World, cell: Cell, number: int) -> None:
    device, links = cell.devices[number], cell.links
    speed = world.flops_per_s[device]
    world.write(
        trace.LinkPlaced(
            t_s=0.0,
            device=device,
            station=cell.station,
            distance_m=float(links.distance_m[number]),
            los=None if links.los is None else bool(links.los[number]),
            path_loss_db=float(links.path_loss_db[number]),
            shadowing_db=float(links.shadowing_db[number]),
            mean_snr_db=world.mean_snr_db[device],
        )
    )
    finite = speed if math.isfinite(speed) else None
    world.write(trace.DeviceReady(t_s=0.0, device=device, flops_per_s=finite, samples=world.workload.examples(device)))
