"""`wfsim validate`: is a scenario sound, and what would fly? Nothing is trained and torch is not imported."""

from __future__ import annotations

from pathlib import Path

from wfsim.cli._arguments import Overrides, ScenarioName
from wfsim.cli._output import AsJson, console, print_facts, print_json, say
from wfsim.errors import RunError, ScenarioError

EXAMPLE = "wfsim validate quickstart radio.bandwidth_hz=2e6"


def validate(scenario: ScenarioName, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Check a scenario in under a second: keys, ranges, feasibility; print what would fly."""
    from wfsim.cli import _facts
    from wfsim.scenario.find import find_scenario
    from wfsim.scenario.load import load_scenario

    loaded, file = load_scenario(scenario, overrides or ()), str(find_scenario(scenario, Path()))
    try:
        facts = _facts.facts(loaded)
    except RunError as error:
        raise ScenarioError(str(error), file=file) from error
    if as_json:
        print_json({"scenario": file, "valid": True, **facts})
    else:
        say(console(), f"{file}: valid")
        print_facts(console(), _facts.rows(facts))
