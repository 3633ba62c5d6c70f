"""What a part of any slot promises: it survives its YAML form, is frozen, and documents itself."""

from __future__ import annotations

import json

from pydantic import ValidationError

from wfsim.contracts._require import require, require_equal, require_raises
from wfsim.part import Part, describe_value


def check_survives_its_yaml_form(part: Part) -> None:
    """A run directory holds parts in this form."""
    described = json.loads(json.dumps(describe_value(part), allow_nan=False))
    require_equal(described["kind"], part.kind, "the `kind` of the YAML form")
    require(type(part).parse(described) == part, f"{described} does not load back to an equal part")


def check_is_frozen_and_refuses_unknown_fields(part: Part) -> None:
    """A misspelt key is an error, and nothing changes a part while a run uses it."""
    unknown = {**describe_value(part), "no_such_field": 1}
    require_raises(ValidationError, lambda: type(part).parse(unknown), "an unknown field is an error")
    for name in (*type(part).model_fields, "no_such_field"):
        require_raises(ValidationError, lambda name=name: setattr(part, name, 1), f"{name} cannot be set")


def check_documents_itself(part: Part) -> None:
    """What `wfsim list` and `wfsim describe` show."""
    kind = type(part)
    text = kind.__doc__ or ""
    require(text.strip() and text != _slot(part).__doc__, f"{kind.__name__} has no docstring of its own")
    bare = [name for name, field in kind.model_fields.items() if not field.description]
    require(not bare, f"fields without a description: {', '.join(bare)}")


def check_inherits_from_no_kind(part: Part) -> None:
    """Reuse is a function, a field or a base that is no kind itself."""
    kinds = [base.__name__ for base in type(part).__mro__[1:] if "kind" in vars(base)]
    require(not kinds, f"{type(part).__name__} inherits from the kind {', '.join(kinds)}")


def _slot(part: Part) -> type[Part]:
    return next(base for base in type(part).__mro__ if "slot" in vars(base))
