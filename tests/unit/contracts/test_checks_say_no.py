"""A contract that nothing can break is none: one broken part for each promise that a researcher is likely to break."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from wfsim.aggregate import Aggregated
from wfsim.aggregate.flora import Flora
from wfsim.compress.dense import Dense
from wfsim.compress.error_feedback import ErrorFeedback
from wfsim.compress.soft import Soft
from wfsim.contracts import (
    access,
    aggregator,
    availability,
    codec,
    compute,
    controller,
    distribution,
    energy,
    every_part,
    fading,
    interference,
    link,
    local_work,
    loss,
    missing,
    optimizer,
    partition,
    path_loss,
    penalty,
    protocol,
    shadowing,
    staleness,
    topology,
    transport,
    weights,
)
from wfsim.contracts import (
    background as foreign,
)
from wfsim.control.all_devices import AllDevices
from wfsim.learning.partition import Shards
from wfsim.learning.partition.iid import Iid
from wfsim.messages import Adapter, Grant, Orders
from wfsim.radio.fading import BlockPaths
from wfsim.topology.cell import Cell


def part(**methods: Any) -> SimpleNamespace:
    """Something with the methods of a part, of no slot."""
    return SimpleNamespace(kind="broken", **methods)


def controlling(**methods: Any) -> SimpleNamespace:
    """A controller like `all`, with some methods of its own."""
    neutral = AllDevices()
    usual = ("begin", "select", "orders", "grants", "after", "measures")
    flags = ("asks", "grants_ranks", "may_hold", "reads_scores", "paced")
    return part(**{name: getattr(neutral, name) for name in (*usual, *flags)} | methods)


def gains(draw: Callable[[np.random.Generator, int], np.ndarray]) -> SimpleNamespace:
    return part(realise=lambda streams, links: BlockPaths(streams, links, 0.05, draw), mean_gain=lambda: 1.0)


def shuffled_links(streams: Any, links: list[str]) -> BlockPaths:
    """Draws by position in the list, where it should draw by name."""
    return BlockPaths(streams, [str(number) for number in range(len(links))], 0.05, lambda g, n: g.exponential(size=n))


def moving() -> SimpleNamespace:
    """An aggregator that moves although nothing came, in the order in which updates came."""

    def aggregate(current: Adapter, arrivals: Any, shapes: Any) -> Adapter:
        first = arrivals[0].update.vector()
        return Adapter.from_vector(shapes, (current.vector() + first + np.float32(1.0)).astype(np.float32))

    return aggregating(aggregate)


def aggregating(aggregate: Callable[..., Adapter]) -> SimpleNamespace:
    """A rule without memory."""

    def advance(current: Adapter, arrivals: Any, shapes: Any, state: Any) -> Aggregated:
        return Aggregated(adapter=aggregate(current, arrivals, shapes))

    return part(advance=advance, begin=lambda shapes: {}, step=1.0, keeps_gauge=True, moves_base=False)


def aging() -> SimpleNamespace:
    """An aggregator that trusts what is old."""

    def aggregate(current: Adapter, arrivals: Any, shapes: Any) -> Adapter:
        move = (1.0 + arrivals[0].staleness) * arrivals[0].update.vector()
        return Adapter.from_vector(shapes, (current.vector() + move).astype(np.float32))

    return aggregating(aggregate)


def stacking(*, moves_base: bool) -> SimpleNamespace:
    """FLoRA that announces one upload's rank, or all ranks but not that the base moves."""
    rule = Flora()
    rank = (lambda uploads, rank: rank) if moves_base else rule.change_rank
    return part(advance=rule.advance, begin=rule.begin, change_rank=rank, moves_base=moves_base)


def lossy_codec() -> SimpleNamespace:
    """Drops the last fragment of its plan."""
    dense = Dense()

    def encode(values: Any, shapes: Any, max_bytes: int, source: Any) -> Any:
        payload = dense.encode(values, shapes, max_bytes, source)
        return type(payload)(fragments=payload.fragments[:-1] or payload.fragments[:1] * 2)

    return part(plan=dense.plan, encode=encode, decode=dense.decode, additive=False)


def forgetful_codec() -> SimpleNamespace:
    """Remembers nothing of what it did not send."""
    codec = ErrorFeedback(inner=Soft(keep=1))
    same = {name: getattr(codec, name) for name in ("plan", "encode", "decode", "additive")}
    return part(has_memory=True, remainder=lambda v, p, a, shapes: np.zeros(shapes.entries), **same)


def proud_codec() -> SimpleNamespace:
    """Says that it drops nothing before the last rank, and then everything."""
    soft = Soft()
    dropped = {"dropped_energy": lambda v, shapes, source: np.arange(shapes.rank) / 9.0 + 0.1}
    return part(adjustable=True, keeping=soft.keeping, **dropped)


def unfair_deal(streams: Any, devices: Any, dataset: Any) -> Shards:
    """Everything to the device that is named first."""
    shards, train = Iid().deal(streams, devices, dataset), dataset.train_labels
    everything = {name: np.arange(0, dtype=np.int64) for name in shards.train} | {devices[0]: np.arange(len(train))}
    return Shards(train=everything, test=shards.test)


def neighbourly_step(parameters: Any, gradients: Any, state: Any, number: int) -> None:
    parameters.add_(gradients.mean(dim=0), alpha=-0.1)


def growing() -> SimpleNamespace:
    """A topology with one device more every time."""
    counts = iter(range(1, 10))
    return part(graph=lambda streams: Cell(devices=next(counts)).graph(streams))


def rambling_loss() -> SimpleNamespace:
    """Loses one packet later every time it is asked."""
    counts = iter(range(10))
    return part(lost=lambda streams, flight, packets: np.arange(packets) == next(counts))


CASES = [
    (
        access.check_shares_are_positive_and_within_the_band,
        part(divide=lambda b, w: b * w, total_hz=lambda b, n: b),
        "sum to",
    ),
    (access.check_shares_scale_with_the_band, part(divide=lambda b, w: 1e5 * w), "do not scale"),
    (access.check_a_departure_takes_band_from_nobody, part(divide=lambda b, w: b * w * len(w) / 9), "departure"),
    (
        access.check_power_is_spread_over_a_band_that_holds_the_share,
        part(divide=lambda b, w: b * w, snr_bands_hz=lambda b, s: s / 2.0, on_air=lambda b, s: s / b),
        "spread power over",
    ),
    (
        access.check_power_is_spread_over_a_band_that_holds_the_share,
        part(divide=lambda b, w: b * w, snr_bands_hz=lambda b, s: s, on_air=lambda b, s: 0.0 * s),
        "of the time",
    ),
    (
        access.check_every_block_goes_to_somebody,
        part(by_block=True, merits=lambda g, s: g, divide_blocks=lambda b, w, m: b * (m == m.max(axis=0)) / 2.0),
        "leave band in a block",
    ),
    (aggregator.check_nothing_delivered_changes_nothing, moving(), "although nothing was delivered"),
    (aggregator.check_the_order_of_arrival_does_not_matter_bit_for_bit, moving(), "in order of device name"),
    (aggregator.check_a_lone_update_is_added, moving(), "comes out changed"),
    (aggregator.check_lost_entries_do_not_move, moving(), "nobody delivered move"),
    (aggregator.check_a_stale_update_moves_the_adapter_no_further, aging(), "moves the adapter further"),
    (aggregator.check_the_base_moves_by_the_rank_that_was_announced, stacking(moves_base=True), "by 2 uploads"),
    (aggregator.check_the_base_moves_by_the_rank_that_was_announced, stacking(moves_base=False), "moves_base says"),
    (availability.check_the_next_change_lies_ahead, part(next_change_s=lambda t_s: t_s), "is not later"),
    (
        availability.check_nothing_changes_before_the_next_change,
        part(next_change_s=lambda t_s: math.inf, is_available=lambda s, d, t_s: t_s < 60.0),
        "availability changes between",
    ),
    (codec.check_the_plan_is_what_encoding_gives, lossy_codec(), "against the plan"),
    (codec.check_fragments_carry_different_entries, lossy_codec(), "carry the same entry"),
    (codec.check_all_fragments_speak_for_every_trained_entry, lossy_codec(), "do not speak for what is trained"),
    (codec.check_memory_holds_what_was_not_received, forgetful_codec(), "the memory holds something else"),
    (codec.check_more_ranks_cost_more_and_drop_less, proud_codec(), "does not fall to 0"),
    (
        compute.check_adding_and_permuting_devices_shifts_nobody,
        part(speeds_flops_per_s=lambda s, names: np.arange(1.0, len(names) + 1)),
        "added or reordered",
    ),
    (
        compute.check_no_work_takes_no_time,
        part(speeds_flops_per_s=lambda s, n: np.ones(3), duration_s=lambda *_: 1.0),
        "no work",
    ),
    (
        controller.check_the_order_of_availability_does_not_matter,
        controlling(select=lambda s, r, known, busy, state: (known[0].device,)),
        "reversed",
    ),
    (
        controller.check_a_cohort_is_sorted_and_available,
        controlling(select=lambda s, r, known, busy, state: ()),
        "nobody of 1",
    ),
    (controller.check_devices_at_work_count_towards_the_cohort, controlling(devices=3), "7 devices start while 1 work"),
    (
        controller.check_orders_can_be_followed,
        controlling(orders=lambda *_: {"d1": Orders(local_steps=99)}),
        "d1 is to do 99 of 6 steps",
    ),
    (
        controller.check_grants_keep_to_what_the_controller_says_of_itself,
        controlling(grants=lambda asked, *_: [Grant(device=r.device, band_weight=0.1, send=False) for r in asked]),
        "d0 is to hold its update back",
    ),
    (
        controller.check_what_it_remembers_is_an_explicit_value,
        controlling(begin=lambda setting: [0], after=lambda state, *_: state.append(0) or state),
        "the state before the first round, after it",
    ),
    (
        distribution.check_samples_are_positive_and_finite,
        part(sample=lambda g: g.standard_normal()),
        "is not a float above 0",
    ),
    (energy.check_no_activity_draws_no_energy, part(compute_j=lambda f, s, d: 1.0), "the energy of no work"),
    (fading.check_unit_mean_and_never_negative, gains(lambda g, n: 2.0 * g.exponential(size=n)), "the mean gain is"),
    (fading.check_adding_or_permuting_links_shifts_nobody, part(realise=shuffled_links), "added or reordered"),
    (
        foreign.check_a_share_is_at_most_the_band,
        part(realise=lambda s, d, start_s: part(share=lambda t_s: 1.5)),
        "share up at 0 s is 1.5",
    ),
    (
        foreign.check_nothing_changes_before_it_is_said_to,
        part(realise=lambda s, d, _: part(share=lambda t_s: 0.5 * (t_s < 1.0), holds_until_s=lambda t_s: math.inf)),
        "the share changes",
    ),
    (interference.check_noise_never_falls, part(rise=lambda direction: 0.5), "is 0.5: outside"),
    (interference.check_least_is_a_ratio, part(least=lambda: -1.0), "is -1: outside"),
    (loss.check_losses_belong_to_their_address, rambling_loss(), "a flight's losses change"),
    (
        loss.check_lost_share_is_the_mean,
        part(lost=lambda streams, flight, n: np.arange(n) == 0, lost_share=lambda: 0.02),
        "the mean loss of first packets is 1.0",
    ),
    (
        loss.check_it_comes_beside_the_residual_loss,
        part(lost_share=lambda: 0.3, mean_loss=lambda residual_loss: residual_loss + 0.3),
        "is another",
    ),
    (link.check_no_link_beats_shannon, part(efficiency=lambda snr: snr), "beats Shannon"),
    (
        link.check_efficiency_never_falls_with_snr_and_is_never_negative,
        part(efficiency=lambda snr: snr % 3),
        "falls above",
    ),
    (
        missing.check_what_was_not_to_be_sent_gets_no_say,
        part(fill=lambda uploads, now, arrivals, state: (uploads._replace(masks=uploads.masks | True), state)),
        "nobody was to send",
    ),
    (
        missing.check_what_arrived_is_left_alone,
        part(fill=lambda uploads, now, arrivals, state: (uploads._replace(moves=0.0 * uploads.moves), state)),
        "changes what arrived",
    ),
    (
        optimizer.check_a_job_s_result_ignores_its_neighbours,
        part(begin=lambda p: p[:, None], step=neighbourly_step),
        "beside it",
    ),
    (partition.check_every_device_can_train, part(deal=unfair_deal), "without training examples"),
    (partition.check_permuting_devices_changes_nothing, part(deal=unfair_deal), "reordered"),
    (
        penalty.check_the_gradients_are_those_of_the_value,
        part(value=lambda a, b: a.square().sum((1, 2)), gradients=lambda a, b: (a, None)),
        "rank 1: the gradient is not that of the value",
    ),
    (
        penalty.check_a_matrix_ignores_its_neighbours,
        part(gradients=lambda a, b: (a * len(a), None)),
        "beside it",
    ),
    (
        path_loss.check_loss_never_falls_with_distance_and_keeps_the_shape,
        part(loss_db=lambda d, f: 200 - d / 10),
        "falls beyond",
    ),
    (
        path_loss.check_an_impossible_distance_is_an_error_that_names_the_model,
        part(loss_db=lambda d, f: np.abs(d)),
        "nothing was raised, RunError expected",
    ),
    (
        protocol.check_a_deadline_is_announced,
        part(deadline_s=lambda t_s: t_s + 1.0, has_deadline=False),
        "has_deadline",
    ),
    (
        protocol.check_a_round_in_which_everybody_is_done_closes,
        part(closes=lambda p: p.arrived >= 1, continuous=False),
        "all 4 devices done and 0 uploads",
    ),
    (
        protocol.check_a_round_in_which_nothing_arrived_goes_on,
        part(closes=lambda p: p.ended >= 1, has_deadline=False),
        "nothing to aggregate",
    ),
    (
        protocol.check_enough_uploads_close_a_round,
        part(closes=lambda p: p.ended == p.started, has_deadline=True, continuous=False),
        "does not close with",
    ),
    (
        protocol.check_a_round_that_closes_would_close_with_more,
        part(closes=lambda p: p.arrived == 2, has_deadline=False),
        "but not at",
    ),
    (protocol.check_a_round_takes_some_upload, part(takes=0, continuous=True), "takes 0 uploads"),
    (shadowing.check_zero_mean_in_db, part(realise=lambda s, links: np.linspace(0.0, 8.0, len(links))), "not 0"),
    (staleness.check_a_fresh_update_counts_in_full, part(weight=lambda versions: 0.5), "is 0.5, not 1.0"),
    (staleness.check_older_updates_never_count_more, part(weight=lambda versions: versions / 10), "rises from 0 to 1"),
    (topology.check_a_graph_is_the_same_every_time, growing(), "two sets of nodes"),
    (transport.check_only_missing_packets_fly_again, part(resend=lambda missing, n: ~missing), "have arrived"),
    (
        transport.check_a_pass_sends_what_it_may,
        part(next_pass=lambda again, new: np.arange(4)),
        "a pass sends",
    ),
    (
        transport.check_repetition_needs_an_end,
        part(resend=lambda missing, n: missing, needs_deadline=False, keeps_partial=True),
        "repeats for ever",
    ),
    (weights.check_a_cohort_gets_no_more_than_the_band, part(share=lambda r, cohort: 1.0), "sum to more than 1"),
    (
        controller.check_grants_of_a_cohort_fit_the_band,
        controlling(grants=lambda asked, *_: [Grant(device=r.device, band_weight=0.7) for r in asked]),
        "sum to more than 1",
    ),
    (
        local_work.check_steps_are_between_one_and_the_full_training,
        part(steps=lambda cohort, full: {member.device: 2 for member in cohort}),
        "c is to do 2 of 1 to 1 steps",
    ),
    (
        local_work.check_a_slower_device_does_no_larger_part,
        part(steps=lambda cohort, full: {c.device: min(full[c.device], 1 + round(c.compute_s)) for c in cohort}),
        "from the fastest to the slowest",
    ),
]


@pytest.mark.parametrize(("check", "broken", "reason"), CASES, ids=[check.__name__ for check, _, _ in CASES])
def test_a_broken_part_fails_with_a_sentence(check: Callable[[Any], None], broken: Any, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        check(broken)


def test_a_kind_that_inherits_from_a_kind_fails_with_a_sentence() -> None:
    class Loud(Dense):
        """No kind of its own, but its base is one."""

    with pytest.raises(AssertionError, match="Loud inherits from the kind Dense"):
        every_part.check_inherits_from_no_kind(Loud(values="fp32"))
    every_part.check_inherits_from_no_kind(Dense(values="fp32"))
