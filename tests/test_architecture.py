"""ARCHITECTURE.md's import rules, held."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "wfsim"

FOUNDATIONS = {
    *("_version", "errors", "units", "intervals", "rng", "local_path", "part"),
    *("allocation", "factors", "switching"),
}
UP_TO_MESSAGES = FOUNDATIONS | {"trace", "messages", "measured", "outages"}
UP_TO_MODELS = UP_TO_MESSAGES | {"wired", "topology", "radio", "devices", "compress", "learning"}
UP_TO_CARRIERS = UP_TO_MODELS | {"aggregate", "control", "uplink", "downlink", "protocol"}

# Room -> the rooms it may import from, itself apart. Foundations see only foundations listed before them.
MAY_IMPORT: dict[str, set[str]] = {
    "_version": set(),
    "errors": set(),
    "units": set(),
    "intervals": set(),
    "rng": set(),
    "allocation": set(),
    "factors": set(),
    "local_path": set(),
    "part": {"errors"},
    "switching": set(),
    "trace": FOUNDATIONS,
    "messages": FOUNDATIONS,
    "measured": FOUNDATIONS,
    "outages": FOUNDATIONS | {"measured"},
    "wired": UP_TO_MESSAGES,
    "topology": UP_TO_MESSAGES | {"wired"},
    "radio": UP_TO_MESSAGES,
    "devices": UP_TO_MESSAGES,
    "compress": UP_TO_MESSAGES,
    "learning": UP_TO_MESSAGES,
    "aggregate": UP_TO_MESSAGES,
    "control": UP_TO_MESSAGES,
    "uplink": UP_TO_MESSAGES | {"radio", "compress"},
    "downlink": UP_TO_MESSAGES | {"radio", "compress"},
    "protocol": UP_TO_MESSAGES,
    "scenario": UP_TO_CARRIERS,
    "contracts": UP_TO_CARRIERS,
    "world": UP_TO_CARRIERS | {"scenario"},
    "results": UP_TO_MESSAGES,
    "fitting": FOUNDATIONS | {"measured"},
    "figures": UP_TO_MESSAGES | {"results", "fitting", "scenario", "topology", "wired", "learning"},
    "simulate": UP_TO_CARRIERS | {"scenario", "world", "results"},
    "sweeps": UP_TO_CARRIERS | {"scenario", "world", "results", "simulate"},
    "planning": UP_TO_CARRIERS | {"scenario", "world", "results", "simulate", "sweeps"},
    "cli": UP_TO_CARRIERS
    | {"scenario", "contracts", "world", "results", "fitting", "figures", "simulate", "sweeps", "planning"},
    "__main__": {"cli"},
    "__init__": {"results", "scenario", "simulate", "sweeps"},
}
MAY_USE = {
    "torch": {"learning", "contracts"},
    "simpy": {"radio", "wired", "uplink", "downlink", "protocol", "contracts", "world"},
    "matplotlib": {"figures"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write absolute imports"
            yield from (
                [f"wfsim.{alias.name}" for alias in node.names] if node.module == "wfsim" else [node.module or ""]
            )


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    room = room_of(path)
    assert room in MAY_IMPORT, f"{room} is a new room: give it a line in MAY_IMPORT and in ARCHITECTURE.md"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "wfsim" and len(parts) > 1 and parts[1] not in MAY_IMPORT[room] | {room}:
            pytest.fail(f"{path.relative_to(ROOT)} imports {name}: {room} may import only {sorted(MAY_IMPORT[room])}")
        allowed = MAY_USE.get(parts[0])
        assert allowed is None or room in allowed, (
            f"{path.relative_to(ROOT)} imports {parts[0]}: that lives in {allowed}"
        )


def top_level_imports(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_where_they_are_used(path: Path) -> None:
    heavy = {"torch", "transformers", "peft", "matplotlib", "networkx", "scipy", "pandas", "sklearn", "mlxtend"}
    found = {name.split(".")[0] for name in top_level_imports(path)} & heavy
    assert not found, f"{path.relative_to(ROOT)} imports {found} at its top: move that inside what computes"


def test_every_package_is_installed() -> None:
    """setup.cfg lists packages by name because scenarios/ lives beside the package; the list must be whole."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = set(config["options"]["packages"].split())
    folders = {path.parent for path in PACKAGE.rglob("__init__.py")}
    found = {".".join(folder.relative_to(ROOT).parts) for folder in folders} | {"wfsim.scenarios"}
    assert listed == found
