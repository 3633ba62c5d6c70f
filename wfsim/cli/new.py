"""`wfsim new`: a part of your own to start from, which works as it is written, and its test."""

from __future__ import annotations

import ast
import importlib.resources
import importlib.util
import json
import keyword
import re
import shlex
from collections.abc import Container
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from wfsim.cli import _completion
from wfsim.cli._output import AsJson, console, print_json, say
from wfsim.errors import UsageError

EXAMPLE = "wfsim new fading nakagami"

_KIND = re.compile(r"[a-z][a-z0-9_]*")


def new(
    slot: Annotated[
        str, typer.Argument(metavar="SLOT", help="a slot such as fading", autocompletion=_completion.slot_names)
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="the kind's name in YAML, such as nakagami")],
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="default: NAME.py")] = None,
    as_json: AsJson = False,
) -> None:
    """Write NAME.py, a working part for a slot, and test_NAME.py, its test against a closed form; never overwrites."""
    from wfsim.cli._catalogue import dotted, find_slot, places

    found = find_slot(slot)
    path = out or Path(f"{name}.py")
    texts = _texts(found.slot, _free_name(name, found.slot, found.kinds), _importable(path))
    _write(texts)
    commands = _next(path, found.slot, name, _setting(dotted(places(found)[0]), name))
    if as_json:
        print_json({"files": [str(file) for file in texts], "next": commands})
    else:
        _print(list(texts), commands)


def _free_name(name: str, slot: str, taken: Container[str]) -> str:
    if not _KIND.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a kind: small letters, digits and _, a letter first")
    if name in taken:
        raise UsageError(f"{slot} has a kind {name!r} already: wfsim describe {slot} {name}")
    return name


def _importable(path: Path) -> Path:
    """The path, if its test can import it by name."""
    stem = path.stem
    if path.suffix != ".py" or not stem.isidentifier() or keyword.iskeyword(stem):
        raise UsageError(f"{path.name} cannot be imported: choose a name such as nakagami.py with -o")
    if not path.exists() and importlib.util.find_spec(stem) is not None:
        raise UsageError(f"{path.name} would hide the Python module {stem}: choose another file with -o")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no directory")
    return path


def _texts(slot: str, name: str, path: Path) -> dict[Path, str]:
    """Path and text of the part and of its test."""
    class_name = "".join(word.capitalize() for word in name.split("_"))
    folder = importlib.resources.files("wfsim.cli") / "skeletons"
    part, test = ((folder / f"{prefix}{slot}.py.txt").read_text(encoding="utf-8") for prefix in ("", "test_"))
    if class_name in _names_of(part) | _names_of(test):
        raise UsageError(f"the skeleton uses the name {class_name} itself: choose another than {name!r}")
    names = {"kind": name, "Kind": class_name, "module": path.stem}
    test_path = path.with_name(f"test_{path.name}")
    return {path: Template(part).substitute(names), test_path: Template(test).substitute(names)}


def _names_of(skeleton: str) -> set[str]:
    """The names that its code uses, whatever the kind is called; words in texts do not count."""
    tree = ast.parse(Template(skeleton).substitute(kind="kind", Kind="_", module="_"))
    used = (node.id if isinstance(node, ast.Name) else node.name for node in ast.walk(tree) if _is_name(node))
    return {name for name in used if name}


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name | ast.alias | ast.ClassDef | ast.FunctionDef)


def _write(texts: dict[Path, str]) -> None:
    for path in texts:
        if path.exists():
            raise UsageError(f"{path} exists already; nothing was written")
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8", newline="\n")


def _setting(place: str, name: str) -> str:
    """The override that puts a kind in its place; inside another part, the kind of that part which has the place."""
    from wfsim.part import slots

    whole, _, field = place.rpartition(".")
    outer = next((slot for slot in slots() if slot.slot == whole), None)
    if outer is None or all(field in kind.model_fields for kind in outer.kinds.values()):
        return f"{place}={name}"
    holder = next(kind for kind, cls in sorted(outer.kinds.items()) if field in cls.model_fields)
    return f"{whole}={{kind: {holder}, {field}: {name}}}"


def _next(path: Path, slot: str, name: str, setting: str) -> list[str]:
    file = str(path)
    listed = file if re.fullmatch(r"[\w./-]+", file) else json.dumps(file)
    return [
        shlex.join(["python", "-m", "pytest", str(path.with_name(f"test_{path.name}"))]),
        shlex.join(["wfsim", "check-part", file]),
        shlex.join(["wfsim", "describe", slot, name, "--parts", file]),
        shlex.join(["wfsim", "run", "quickstart", f"parts=[{listed}]", setting]),
    ]


def _print(files: list[Path], commands: list[str]) -> None:
    say(console(), f"wrote {' and '.join(map(str, files))}; next:")
    for command in commands:
        say(console(), f"  {command}")
