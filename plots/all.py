"""Renders every published figure: runs the other scripts here, one after the other. Completed runs are not repeated."""

from __future__ import annotations

import runpy
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the scripts in order of name; stopped anywhere, the next call goes on."""
    for script in sorted(HERE.glob("*.py")):
        if script.name != Path(__file__).name:
            print(f"plots/{script.name}", flush=True)
            runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
