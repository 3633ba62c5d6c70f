"""`wfsim init`: a first scenario of one's own, ready to be edited."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from wfsim.cli._output import console, say
from wfsim.errors import UsageError

EXAMPLE = "wfsim init my-experiment"

SCENARIO, SCHEMA = "mine.yaml", "wfsim.schema.json"
_TEXT = f"""\
# yaml-language-server: $schema=./{SCHEMA}
# What is not written here is as in quickstart. To change something remove the # of its line, and of the heading above
# an indented one. `wfsim list` shows what there is, `wfsim describe` what it means. Units end the names: _s seconds,
# _hz hertz, _m metres, _db decibels, _dbm decibels over 1 mW, _per_s per second.
extends: quickstart
name: mine
stop: {{rounds: 5}}

#seed: 2
#topology: {{devices: 50, radius_m: 1200}}

#radio:
#  bandwidth_hz: 2.0e6
#  uplink_power_dbm: 15
#  fading: {{kind: rician, k_db: 7}}
#  transport: unreliable

#devices:
#  compute: {{flops_per_s: {{median: 1.0e9, sigma: 1.0}}}}
#  availability: {{kind: bernoulli, probability: 0.8}}

#learning:
#  partition: {{alpha: 0.1}}
#  adapter: {{rank: 8, alpha: 16}}
#  local: {{epochs: 2, optimizer: {{lr: 0.005}}}}

#codec: {{values: fp32}}
#protocol: {{kind: deadline, round_s: 5.0}}
#controller: {{kind: random, devices: 10}}

# Many runs at once: `wfsim sweep mine.yaml`. All combinations of the values, each with seeds 1 to 3.
#sweep:
#  grid: {{radio.bandwidth_hz: [5.0e5, 1.0e6, 2.0e6]}}
#  seeds: 3
"""


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="where to write")] = Path()) -> None:
    """Write a first scenario, mine.yaml, and its schema for editors; say what to do next. Overwrites nothing."""
    from wfsim.scenario.json_schema import json_schema_text

    for name, text in _new({SCENARIO: _TEXT, SCHEMA: json_schema_text()}, folder).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        say(console(), f"wrote {folder / name}")
    for line in ("", "Next:", *(f"  {command}" for command in _next(folder))):
        say(console(), line)


def _new(texts: dict[str, str], folder: Path) -> dict[str, str]:
    """The texts, once it is sure that the folder is there and holds no file of these names."""
    for name in texts:
        if (folder / name).exists():
            raise UsageError(f"{folder / name} exists already; choose another directory")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from None
    return texts


def _next(folder: Path) -> Iterator[str]:
    """Shell commands that make sense now."""
    scenario, run = shlex.quote(str(folder / SCENARIO)), shlex.quote(str(folder / "runs" / "first"))
    yield f"wfsim validate {scenario}"
    yield f"wfsim run {scenario} --out {run}"
    yield f"wfsim plot timeline {run}"
