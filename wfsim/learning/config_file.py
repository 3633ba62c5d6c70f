"""A model's `config.json`, read without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wfsim.errors import ScenarioError


@dataclass(frozen=True)
class ConfigFile:
    """The values of a `config.json` and where it lies."""

    values: Mapping[str, Any]
    file: str

    def size(self, key: str, default: int | None = None) -> int:
        """A whole number >= 1. Raises ScenarioError for anything else."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error(key, f"is {value!r}; needs a whole number >= 1")
        return value

    def index(self, key: str, default: int) -> int:
        """A whole number >= 0; the default where the file says null or nothing. Raises ScenarioError."""
        value = default if self.values.get(key) is None else self.values[key]
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.error(key, f"is {value!r}; needs a whole number >= 0")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false. Raises ScenarioError for anything else."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"is {value!r}; needs true or false")
        return value

    def error(self, key: str, message: str) -> ScenarioError:
        """An error that blames a key of this file."""
        return ScenarioError(message, file=self.file, path=key)


def read_config(directory: Path) -> ConfigFile:
    """`directory/config.json`. Raises ScenarioError where it is missing or is no JSON object."""
    path = directory / "config.json"
    if not path.is_file():
        raise ScenarioError("no config.json in the model's folder", file=str(directory))
    return read_config_file(path)


def read_config_file(path: Path) -> ConfigFile:
    """A configuration under any name. Raises ScenarioError where there is no file or it is no JSON object."""
    if not path.is_file():
        reason = "is a folder; name the file in it" if path.is_dir() else "no such file"
        raise ScenarioError(reason, file=str(path))
    return ConfigFile(read_json(path), str(path))


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises ScenarioError for anything else."""
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"is not JSON: {error}", file=str(path)) from None
    if not isinstance(values, dict):
        raise ScenarioError("is not a JSON object", file=str(path))
    return values
