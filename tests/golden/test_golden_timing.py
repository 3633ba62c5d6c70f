"""A tiny timing-only federation, record by record, against the journal kept beside this file.

Numbers are rounded to 9 significant digits, so that another machine's last bits do not matter. After a deliberate
change, write the golden journal anew and read its diff before keeping it:

    WFSIM_UPDATE_GOLDEN=1 python -m pytest tests/golden
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from wfsim.scenario.schema import Scenario
from wfsim.trace import Journal
from wfsim.world.build import build_world
from wfsim.world.execute import execute

_HERE = Path(__file__).parent
_LEARNING = {"kind": "none", "data": "digits"}
_BASE = {"topology": {"kind": "cell", "devices": 3}, "stop": {"rounds": 2}, "learning": _LEARNING}
_SCENARIOS: dict[str, dict[str, Any]] = {
    "defaults": _BASE,
    "losses": {
        **_BASE,
        "protocol": {"kind": "deadline", "round_s": 4.6},
        "radio": {
            "transport": "reliable_until_deadline",
            "downlink": {"kind": "unicast"},
            "bandwidth_hz": 2e5,
            "link": {"kind": "shannon", "residual_loss": 0.1, "csi_age_s": 0.02, "margin_db": 2.0},
        },
    },
}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def _journal(name: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    scenario = Scenario.model_validate({"name": name, **_SCENARIOS[name]})
    execute(build_world(scenario, Journal([lines.append])))
    return [_rounded({key: value for key, value in line.items() if key not in ("seq", "hash")}) for line in lines]


@pytest.mark.parametrize("name", sorted(_SCENARIOS))
def test_the_journal_is_the_golden_one(name: str) -> None:
    path, journal = _HERE / f"{name}.jsonl", _journal(name)
    if os.environ.get("WFSIM_UPDATE_GOLDEN"):
        path.write_text("".join(json.dumps(line) + "\n" for line in journal), encoding="utf-8")
    assert journal == [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
