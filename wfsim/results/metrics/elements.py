"""Names of what can be down, as a journal's records have them."""

from __future__ import annotations


def elements_of_hop(link: str) -> tuple[str, str, str]:
    """What a hop "from>to" needs: the link, both directions under one name, and the nodes at its ends.

    >>> elements_of_hop("site>core")
    ('core<>site', 'site', 'core')
    """
    source, target = link.split(">")
    return "<>".join(sorted((source, target))), source, target
