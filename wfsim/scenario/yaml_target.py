"""Writes plain values as YAML that `yaml_source` reads back unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import SafeRepresenter

from wfsim.scenario.scalars import plain_scalar

_LONG_LINE = 10_000


class _Representer(SafeRepresenter):
    """Quotes every text that would read as something else, writes floats with all their digits, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, data: str) -> ScalarNode:
        plain = data.isprintable() and isinstance(plain_scalar(data[:100]), str)
        style = None if plain else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Representer.add_representer(str, _Representer.text)


def write_yaml(value: dict[str, Any], path: Path) -> None:
    """Writes a mapping in block style, keys in their order, UTF-8."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False
    yaml.allow_unicode, yaml.width = True, _LONG_LINE
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yaml.dump(value, stream)
