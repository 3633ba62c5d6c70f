from __future__ import annotations

import json
from pathlib import Path

from wfsim.scenario.json_schema import json_schema_text

NAKAGAMI = '''\
from pydantic import Field

from wfsim.radio.fading import Fading
from wfsim.radio.fading._paths import BlockPaths


class Nakagami(Fading, kind="nakagami"):
    """Block fading whose power gain is Gamma(m, 1/m)."""

    m: float = Field(1.0, ge=0.5, description="shape")

    def realise(self, streams, links):
        return BlockPaths(streams, links, 0.05, lambda generator, count: generator.gamma(self.m, 1.0 / self.m, count))
'''


def test_stdout_is_the_schema_and_nothing_else(cli) -> None:
    assert cli("schema") == (0, json_schema_text(), "")


def test_a_file_holds_the_same_bytes(cli) -> None:
    said = cli("schema", "-o", "editor/wfsim.schema.json")
    assert (said.code, said.out) == (0, "editor/wfsim.schema.json\n")
    assert Path("editor/wfsim.schema.json").read_bytes() == json_schema_text().encode()


def test_parts_of_ones_own_appear_while_they_are_named(cli) -> None:
    Path("nakagami.py").write_text(NAKAGAMI, encoding="utf-8")
    definitions = json.loads(cli("schema", "--parts", "nakagami.py").out)["$defs"]
    assert definitions["fading.nakagami"]["properties"]["m"]["minimum"] == 0.5
    assert "fading.nakagami" not in json.loads(cli("schema").out)["$defs"]


def test_a_missing_part_is_an_error(cli) -> None:
    said = cli("schema", "--parts", "nosuch.py")
    assert said.code == 3
    assert said.err.startswith("--parts: ") and "nosuch.py" in said.err and said.err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_wrong_usage(cli) -> None:
    said = cli("schema", "-o", ".")
    assert (said.code, said.err) == (2, "wfsim: . cannot be written: Is a directory\n")
