"""Data sets that the package `datasets` saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from wfsim.learning.data._splits import Splits
from wfsim.local_path import LocalPath, opened

if TYPE_CHECKING:
    import datasets


class SavedDatasets(Splits, kind="datasets_folder"):
    """A folder as `save_to_disk` of `datasets.Dataset` or `DatasetDict` writes it. Needs the extra `datasets`.

    A single data set counts as the split that is asked for.
    """

    path: LocalPath = Field(description="the folder", examples=["./saved"])

    def origin(self) -> str:
        """The folder."""
        return str(opened(self.path))

    def splits(self) -> datasets.DatasetDict:
        """Every split, mapped into memory."""
        import datasets

        found = datasets.load_from_disk(self.origin())
        return found if isinstance(found, datasets.DatasetDict) else datasets.DatasetDict({self.split: found})
