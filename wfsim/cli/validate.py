"""`wfsim validate`: is a scenario sound, and what would fly? Nothing is trained and torch is not imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wfsim.cli._arguments import Overrides, ScenarioName
from wfsim.cli._output import AsJson, console, print_facts, print_json, print_table, say
from wfsim.errors import RunError, ScenarioError

if TYPE_CHECKING:
    from wfsim.scenario.schema import Scenario

EXAMPLE = "wfsim validate quickstart radio.bandwidth_hz=2e6"

_MOST_SITES = 20


def validate(scenario: ScenarioName, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Check a scenario in under a second: keys, ranges, feasibility, cells of a sweep; print what would fly.

    Refuses (exit code 3) a plan in which a station's median device cannot upload within the protocol's round, the
    run's time or a day. Of several stations the 20 with the longest rounds are listed; --json lists all.
    """
    from wfsim.cli._facts import SITE_COLUMNS, rows, site_rows
    from wfsim.cli._late import naming_file
    from wfsim.scenario.cells import load_batch
    from wfsim.scenario.load import load_scenario

    loaded = load_scenario(scenario, overrides or ())
    cells = len(load_batch(scenario, overrides or ()).cells) if loaded.sweep is not None else None
    with naming_file(scenario) as file:
        facts = _known(loaded)
    if as_json:
        print_json({"scenario": file, "valid": True, "cells": cells, **facts})
    else:
        say(console(), f"{file}: valid" + (f"; its sweep has {cells} cells, each of them valid" if cells else ""))
        print_facts(console(), rows(facts))
        if len(facts["sites"]) > 1:
            print_table(console(), SITE_COLUMNS, site_rows(facts, _MOST_SITES), prose=False)


def _known(scenario: Scenario) -> dict[str, Any]:
    from wfsim.cli._facts import facts

    try:
        return facts(scenario)
    except RunError as error:
        raise ScenarioError(str(error)) from error
