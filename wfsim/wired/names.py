"""How links between fixed nodes are called."""

from __future__ import annotations


def direction_name(source: str, target: str) -> str:
    """One direction of a link."""
    return f"{source}>{target}"


def link_name(first: str, second: str) -> str:
    """A link, both directions: its ends in order of name.

    >>> link_name("gateway", "cloud")
    'cloud<>gateway'
    """
    return "<>".join(sorted((first, second)))
