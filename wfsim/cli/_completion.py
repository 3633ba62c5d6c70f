"""What the shell offers at TAB: scenarios, dotted keys and their values, slots, kinds, figures, formats.

bash splits words at `=`, zsh and fish do not: after `radio.fading=` the first wants `rician`, the others want
`radio.fading=rician`. A key that can go on is offered in two ways, for a shell ends a word that has only one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import typer
from rich.markup import escape

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Offer = tuple[str, str]
_KIND = "kind"
_MOST_SAID = 75


def scenarios(incomplete: str) -> list[Offer]:
    """Packaged scenarios, and the YAML files in the folder that is being typed."""
    from wfsim.scenario.find import packaged_names

    before = incomplete[: incomplete.rfind("/") + 1]
    files = [(f"{before}{path.name}", "a file") for path in sorted(Path(before).glob("*.yaml"))]
    return _matching([*((name, "comes with wfsim") for name in packaged_names()), *files], incomplete)


def overrides(context: typer.Context, incomplete: str) -> list[Offer]:
    """`dotted.key=value`, or the value alone in a shell that splits words at `=`."""
    key, equals, _ = incomplete.partition("=")
    if equals:
        return _matching([(f"{key}={value}", said) for value, said in _values(key)], incomplete)
    asked = _key_before(context.params.get("overrides") or [])
    return _matching(_values(asked) if asked else _keys(incomplete), incomplete)


def slot_names(incomplete: str) -> list[Offer]:
    """Slots."""
    from wfsim.cli._catalogue import all_slots, headline

    return _matching([(name, headline(slot)) for name, slot in all_slots().items()], incomplete)


def slots_and_sections(incomplete: str) -> list[Offer]:
    """Slots, and sections by their dotted path."""
    from wfsim.cli._catalogue import all_sections, headline

    sections = [(path, headline(section)) for path, section in all_sections().items()]
    return slot_names(incomplete) + _matching(sections, incomplete)


def kinds(context: typer.Context, incomplete: str) -> list[Offer]:
    """Kinds of the slot that stands before."""
    from wfsim.cli._catalogue import all_slots, headline

    slot = all_slots().get(context.params.get("name") or "")
    found = sorted(slot.kinds.items()) if slot is not None else []
    return _matching([(name, headline(kind)) for name, kind in found], incomplete)


def figures(incomplete: str) -> list[Offer]:
    """Kinds of figures."""
    from wfsim.figures import KINDS

    return _matching(sorted(KINDS.items()), incomplete)


def formats(incomplete: str) -> list[Offer]:
    """Formats of an export."""
    from wfsim.results.export import FORMATS

    return _matching(sorted(FORMATS.items()), incomplete)


def _matching(offers: list[Offer], incomplete: str) -> list[Offer]:
    return [(word, _short(said)) for word, said in offers if word.startswith(incomplete)]


def _short(text: str) -> str:
    """Typer puts a longer text on two lines, of which fish takes the second for an offer; and reads it as markup."""
    return escape(text if len(text) <= _MOST_SAID else f"{text[: _MOST_SAID - 3]}...")


def _key_before(words: list[str]) -> str | None:
    """The key whose `=` bash has split off: `key =` or, where Typer drops a last `=`, `key`."""
    if words[-1:] == ["="]:
        return words[-2] if len(words) > 1 else None
    return words[-1] if words and "=" not in words[-1] and words[-2:-1] != ["="] else None


def _keys(incomplete: str) -> list[Offer]:
    before, dot, last = incomplete.rpartition(".")
    found = {name: field for name, field in _fields_under(before).items() if name.startswith(last)}
    if len(found) == 1:
        ((name, field),) = found.items()
        return list(_continued(f"{before}{dot}{name}", field))
    return [(f"{before}{dot}{name}{end}", said) for name, field in found.items() for end, said in _ends(field)]


def _ends(field: FieldInfo) -> Iterator[Offer]:
    """What follows a key: `=` where it takes a value, `.` where it has keys of its own."""
    said = field.description or ""
    slot, models = _slot(field), _models(field)
    if slot or not models:
        yield "=", said
    if any(model.model_fields for model in models):
        yield ".", said


def _continued(key: str, field: FieldInfo) -> Iterator[Offer]:
    """The only key that fits, with what can follow it."""
    if _models(field) and not _slot(field):
        below = _fields_under(key).items()
        yield from ((f"{key}.{name}{end}", said) for name, held in below for end, said in _ends(held))
        return
    yield from ((key + end, said) for end, said in _ends(field))
    yield from ((f"{key}={value}", said) for value, said in _values(key))


def _values(key: str) -> list[Offer]:
    """The values of a dotted key: kinds, choices, or its default."""
    before, _, last = key.rpartition(".")
    field = _fields_under(before).get(last)
    if field is None:
        return []
    slot = _slot(field)
    if slot is None:
        return [(value, field.description or "") for value in _choices(field)]
    from wfsim.cli._catalogue import headline

    return [(name, headline(kind)) for name, kind in sorted(slot.kinds.items())]


def _choices(field: FieldInfo) -> list[str]:
    from wfsim.cli._fields import flow

    annotations = (field.annotation, *get_args(field.annotation))
    listed = [word for annotation in annotations if get_origin(annotation) is Literal for word in get_args(annotation)]
    if bool in annotations:
        listed = [True, False]
    if not listed and isinstance(field.default, int | float | str | None):
        listed = [field.default]
    return [flow(value) for value in listed]


def _fields_under(dotted: str) -> Mapping[str, FieldInfo]:
    """The fields under a dotted key, of every kind where it names a slot, and there its `kind`."""
    from wfsim.scenario.schema import Scenario

    models: list[Any] = [Scenario]
    field: FieldInfo | None = None
    for key in dotted.split(".") if dotted else ():
        field = next((model.model_fields[key] for model in models if key in model.model_fields), None)
        models = _models(field) if field is not None else []
    found = {name: held for model in models for name, held in model.model_fields.items()}
    return {_KIND: field, **found} if field is not None and _slot(field) else found


def _models(field: FieldInfo) -> list[Any]:
    """The classes whose fields are the keys under a field: a section, or every kind of a slot."""
    from wfsim.cli._catalogue import section_of

    slot = _slot(field)
    section = section_of(field.annotation) if slot is None else None
    return [slot.kinds[name] for name in sorted(slot.kinds)] if slot else [section] if section else []


def _slot(field: FieldInfo) -> Any:
    from wfsim.scenario.shape import slot_of

    return slot_of(field.annotation)
