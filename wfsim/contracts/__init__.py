"""What every kind of a slot promises: one module per slot, named after it, of functions `check_*(part)`.

A check raises AssertionError with a sentence. wfsim's tests hold its own kinds to them, `wfsim check-part` yours.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

from wfsim.part import Part

Check = Callable[[Any], None]

_EVERY_SLOT = "every_part"


def checks(slot: str) -> list[Check]:
    """The checks of a slot: those that hold for any part, then its own, in the order of the files."""
    return [*_checks_in(_EVERY_SLOT), *own_checks(slot)]


def own_checks(slot: str) -> list[Check]:
    """The checks that this slot alone has; none for a slot without a module here."""
    return list(_checks_in(slot))


def title(check: Check) -> str:
    """`check_mean_is_one` as `mean is one`."""
    return check.__name__.removeprefix("check_").replace("_", " ")


def example(kind: type[Part]) -> Part:
    """A part of a kind: defaults, and the first of its examples for every required field (1 where it has none)."""
    fields = {name: (field.examples or [1])[0] for name, field in kind.model_fields.items() if field.is_required()}
    return kind.parse({"kind": kind.kind, **fields})


def _checks_in(name: str) -> Iterator[Check]:
    full_name = f"{__name__}.{name}"
    if importlib.util.find_spec(full_name) is None:
        return
    members = vars(importlib.import_module(full_name))
    yield from (member for key, member in members.items() if key.startswith("check_"))
