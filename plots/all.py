"""Renders every published figure: runs the other scripts here, one after the other. Completed runs are not repeated."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run the scripts in order of name; stopped anywhere, the next call goes on."""
    sys.path.insert(0, str(HERE))  # as for a script that is run by itself: some build on others
    for script in sorted(HERE.glob("*.py")):
        if script.name != Path(__file__).name:
            print(f"plots/{script.name}", flush=True)
            runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main()
