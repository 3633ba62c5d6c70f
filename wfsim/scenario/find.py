"""Where a scenario lies: a path, or the name of one that comes with wfsim."""

from __future__ import annotations

import importlib.util
import os.path
from pathlib import Path

from wfsim.errors import nearest


def packaged_folder() -> Path:
    """Where wfsim's own scenarios lie: the package `wfsim.scenarios`, else the folder `scenarios/` beside wfsim."""
    spec = importlib.util.find_spec("wfsim.scenarios")
    if spec is not None and spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations)))
    return Path(__file__).resolve().parents[2] / "scenarios"


def packaged_names() -> list[str]:
    """The names of the scenarios that come with wfsim, without `.yaml`; `tsfa/headline` for one in a folder."""
    folder = packaged_folder()
    return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))


def find_scenario(name: str, folder: Path, besides: Path | None = None) -> Path | None:
    """The file for a path relative to `folder` or a packaged name, `.yaml` optional, or None.

    `besides` is found only if there is no other: a local quickstart.yaml may extend the packaged `quickstart`.
    """
    candidates = (parent / f"{name}{suffix}" for parent in (folder, packaged_folder()) for suffix in ("", ".yaml"))
    found = [path for path in candidates if _is_file(path)]
    others = [path for path in found if besides is None or path.resolve() != besides.resolve()]
    return next(iter(others or found), None)


def not_found(name: str, folder: Path) -> str:
    """Why `find_scenario` found nothing."""
    if os.path.isdir(folder / name):
        return f"{name[:60]!r} is a directory, not a scenario"
    inside = [known for known in packaged_names() if known.startswith(f"{name.rstrip('/')}/")]
    if inside:
        return f"{name[:60]!r} is a folder of scenarios: {', '.join(inside)}"
    return f"no scenario called {name[:60]!r}{nearest(name.removesuffix('.yaml'), packaged_names())}"


def _is_file(path: Path) -> bool:
    # os.path answers False, where pathlib raises, for a name with a NUL or one that is too long
    return os.path.exists(path) and not os.path.isdir(path)
