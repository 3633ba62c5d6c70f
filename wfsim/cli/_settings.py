"""What the options before the command say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Settings:
    """`debug`: an error shows its traceback."""

    debug: bool = False
