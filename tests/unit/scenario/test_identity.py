"""The run id: what changes it, and what does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import wfsim
from wfsim.scenario.identity import _digest_of, run_id
from wfsim.scenario.load import load_scenario

PACKAGE = Path(wfsim.__file__).parent


def copied(to: Path) -> Path:
    return shutil.copytree(PACKAGE, to, ignore=shutil.ignore_patterns("__pycache__", "scenarios"))


def test_a_wheel_and_a_checkout_have_the_same_code(tmp_path: Path) -> None:
    """A wheel holds scenarios/__init__.py inside the package; it is no code that a run depends on."""
    checkout, wheel = copied(tmp_path / "checkout"), copied(tmp_path / "wheel")
    (wheel / "scenarios").mkdir()
    (wheel / "scenarios" / "__init__.py").write_text('"""Packaged scenarios."""\n')
    assert _digest_of(wheel) == _digest_of(checkout) == _digest_of(PACKAGE)


def test_a_changed_line_of_code_is_another_code(tmp_path: Path) -> None:
    changed = copied(tmp_path / "changed")
    (changed / "units.py").write_text((changed / "units.py").read_text() + "\n")
    assert _digest_of(changed) != _digest_of(PACKAGE)


def test_seed_and_any_field_change_the_id() -> None:
    ids = {
        run_id(load_scenario("digits", {key: value})) for key, value in (("seed", 1), ("seed", 2), ("stop.rounds", 4))
    }
    assert len(ids) == 3
    assert run_id(load_scenario("digits", seed=1)) in ids
