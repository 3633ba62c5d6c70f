"""Out-of-tree parts: Python files that a scenario names under `parts`, each with kinds of its own.

A file is executed once per content, under a module name made from its digest. Its kinds are registered only while a
scenario that names it is read, so every scenario sees the kinds of wfsim and those of its own files, and no others.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from wfsim.errors import ScenarioError
from wfsim.part import Part, Section, register, registry_kept, slots
from wfsim.scenario.node import Place

FOLDER = "parts"
_PACKAGE = "wfsim_parts"
_LOCK = threading.RLock()
_KINDS: dict[str, list[type[Part]]] = {}  # by module name, for each text that was executed in this process


@dataclass(frozen=True)
class PartFile:
    """A Python file as it was when the scenario was read: two are equal if name and text are.

    `path`, `place` and `key` say where it was read and who named it; they are for messages.
    """

    name: str
    source: bytes = field(repr=False)
    path: Path = field(compare=False)
    place: Place = field(default=Place(""), compare=False, repr=False)
    key: str = field(default="", compare=False, repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of name and text, in hex: what a run depends on."""
        return hashlib.sha256(self.name.encode() + b"\0" + self.source).hexdigest()

    @property
    def module(self) -> str:
        """The name under which Python knows this text."""
        return f"{_PACKAGE}.{self.path.stem}_{self.digest[:8]}"

    def __str__(self) -> str:
        """The file as a run directory's scenario names it."""
        return f"{FOLDER}/{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _revived, (self.name, self.source, self.path, self.place, self.key)

    def error(self, message: str) -> ScenarioError:
        """An error that blames this file, at the place that names it."""
        return ScenarioError(message, file=self.place.file, line=self.place.line, path=self.key)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.to_string_ser_schema(when_used="always")
        return core_schema.no_info_plain_validator_function(cls._validated, serialization=text)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string"}

    @classmethod
    def _validated(cls, value: Any) -> PartFile:
        if not isinstance(value, cls):
            raise PydanticCustomError("part_file", "give the whole list, as in parts=[./nakagami.py]")
        return value


@contextmanager
def parts_loaded(files: Sequence[PartFile]) -> Iterator[None]:
    """While it lasts, the kinds of these files are registered beside wfsim's own. Raises ScenarioError."""
    with _LOCK, registry_kept() if files else nullcontext():
        if files:
            _drop_other_kinds()
        for file in files:
            _register_kinds(file)
        yield


def write_parts(files: Sequence[PartFile], folder: Path) -> None:
    """Copies of the files in `folder`, made if there are any."""
    for file in files:
        folder.mkdir(exist_ok=True)
        (folder / file.name).write_bytes(file.source)


def kinds_of(file: PartFile) -> list[type[Part]]:
    """The kinds that a file defines, in order of slot and name, while it is loaded."""
    found = [kind for slot in slots() for _, kind in sorted(slot.kinds.items())]
    return [kind for kind in found if kind.__module__ == file.module]


def homeless_kinds(value: Any, files: Sequence[PartFile]) -> Iterator[type[Part]]:
    """The kinds in a scenario's values that neither wfsim nor one of its part files defines: a notebook's, say."""
    if isinstance(value, Part) and not _at_home(type(value), files):
        yield type(value)
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    fields = (getattr(value, name) for name in type(value).model_fields) if isinstance(value, Section) else ()
    for inside in (*items, *fields):
        yield from homeless_kinds(inside, files)


def _at_home(kind: type[Part], files: Sequence[PartFile]) -> bool:
    return kind.__module__.startswith("wfsim.") or kind.__module__ in {file.module for file in files}


def out_of_tree_file(kind: type[Part]) -> str | None:
    """The name of the file that defines a kind, None for a kind of wfsim's own."""
    if not kind.__module__.startswith(f"{_PACKAGE}."):
        return None
    return Path(inspect.getfile(kind)).name


def _drop_other_kinds() -> None:
    """Leaves wfsim's own kinds in its slots: neither another scenario's nor what a test or a notebook defined."""
    for slot in slots():
        for name, kind in list(slot.kinds.items()):
            if slot.__module__.startswith("wfsim.") and not kind.__module__.startswith("wfsim."):
                del slot.kinds[name]


def _revived(*fields: Any) -> PartFile:
    """A file out of a pickle: its kinds are known to Python from now on, for what follows it there is made of them."""
    file = PartFile(*fields)
    with _LOCK:
        _kinds(file)
    return file


def _register_kinds(file: PartFile) -> None:
    for kind in _kinds(file):
        taken = kind.kinds.get(kind.kind)
        if taken is not None:
            raise file.error(f"{file.name}: {out_of_tree_file(taken)} already has a {kind.slot} called {kind.kind!r}")
        register(kind)


def _kinds(file: PartFile) -> list[type[Part]]:
    if file.module not in _KINDS:
        _KINDS[file.module] = _defined_by(file)
    return _KINDS[file.module]


def _defined_by(file: PartFile) -> list[type[Part]]:
    """The kinds that executing a file defines; nothing stays registered."""
    with registry_kept():
        _drop_other_kinds()
        _execute(file)
        opened = [slot.slot for slot in slots() if slot.__module__ == file.module]
        kinds = kinds_of(file)
    if opened or not kinds:
        del sys.modules[file.module]
        found = f"opens a slot, {opened[0]}, that nothing would read" if opened else "defines no part"
        raise file.error(f'{file.name} {found}; a part is a class such as Nakagami(Fading, kind="nakagami")')
    return kinds


def _execute(file: PartFile) -> None:
    sys.modules.setdefault(_PACKAGE, ModuleType(_PACKAGE))
    module = ModuleType(file.module)
    module.__file__ = str(file.path)
    sys.modules[file.module] = module  # pydantic looks up a class's annotations there
    try:
        exec(compile(file.source, str(file.path), "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:  # it is somebody's own file: anything may go wrong in it
        del sys.modules[file.module]
        raise file.error(f"{file.name} raises {_told(error, file)}") from error


def _told(error: BaseException, file: PartFile) -> str:
    """`ValueError on line 12: what it says`, in one line."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file.path)]
    line = error.lineno if isinstance(error, SyntaxError) else next(reversed(lines), None)
    where = f" on line {line}" if line is not None else ""
    says = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(f"{type(error).__name__}{where}{': ' if says else ''}{says}{_hint(error, file)}".split())


def _hint(error: BaseException, file: PartFile) -> str:
    """For an import of a file beside this one: only what is named under `parts` reaches the run and its id."""
    missing = (error.name or "").rpartition(".")[2] if isinstance(error, ImportError) else ""
    beside = missing and file.path.with_name(f"{missing}.py").is_file()
    return "; a part file stands alone and imports no file beside it: put both into one" if beside else ""
