"""Self-attention over packed texts, group by group, forward and backward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfsim.learning.stacked_layer import Attended, attend, attend_backward, split_heads
from wfsim.learning.text_rows import Group, Pack

if TYPE_CHECKING:
    from torch import Tensor


def attention(queries: Tensor | None, rest: Tensor, pack: Pack, heads: int) -> tuple[Tensor, list[Attended]]:
    """What every token sees, [rows, d], from queries, keys and values side by side, [rows, 3 d].

    With `queries` [texts, d], those of the first tokens, `rest` holds keys and values only: [texts, d].
    """
    width = rest.shape[1] // (3 if queries is None else 2)
    seen, kept = rest.new_empty(len(rest if queries is None else queries), width), []
    for group in pack.groups:
        q, kv = _heads(queries, rest, group, heads)
        mixed, attended = attend(q, kv, group.mask(heads, rest))
        _joined(seen[_asking(queries, group)], group, 1, heads).copy_(
            mixed.view(1, group.texts, heads, -1, mixed.shape[2])
        )
        kept.append(attended)
    return seen, kept


def attention_backward(
    gradient: Tensor, kept: list[Attended], pack: Pack, heads: int, *, first_only: bool
) -> tuple[Tensor | None, Tensor]:
    """Gradients of the two inputs of `attention`; `first_only`: whether it had `queries`."""
    width, rows = gradient.shape[1], pack.groups[-1].rows.stop
    queries = gradient.new_empty(len(gradient), width) if first_only else None
    rest = gradient.new_empty(rows, width * (2 if first_only else 3))
    for group, attended in zip(pack.groups, kept, strict=True):
        own = split_heads(gradient[None, _asking(queries, group)], group.texts, 1, heads)[0]
        dq, dkv = attend_backward(own, attended)
        dq, dkv = (d.view(-1, group.texts, heads, *d.shape[-2:]) for d in (dq, dkv))
        if queries is not None:
            _joined(queries[_asking(queries, group)], group, 1, heads).copy_(dq)
            _joined(rest[group.rows], group, 2, heads).copy_(dkv)
        else:
            places = _joined(rest[group.rows], group, 3, heads)
            places[:1].copy_(dq)
            places[1:].copy_(dkv)
    return queries, rest


def _heads(queries: Tensor | None, rest: Tensor, group: Group, heads: int) -> tuple[Tensor, Tensor]:
    """Queries and keys with values, [texts heads, tokens, d_head] and [2, ...]."""
    if queries is None:
        parts = split_heads(rest[None, group.rows], group.texts, 3, heads)
        return parts[0], parts[1:]
    q = split_heads(queries[None, _asking(queries, group)], group.texts, 1, heads)[0]
    return q, split_heads(rest[None, group.rows], group.texts, 2, heads)


def _asking(queries: Tensor | None, group: Group) -> slice:
    """The rows of a group that ask: one per text where only first tokens do."""
    return group.rows if queries is None else slice(group.first, group.first + group.texts)


def _joined(rows: Tensor, group: Group, parts: int, heads: int) -> Tensor:
    """A view of rows [texts tokens, parts d] as [parts, texts, heads, tokens, d_head]."""
    return rows.view(group.texts, -1, parts, heads, rows.shape[1] // (parts * heads)).permute(2, 0, 3, 1, 4)
