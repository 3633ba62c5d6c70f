"""Data sets of the Hugging Face hub, for those with a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from wfsim.learning.data._splits import Splits

if TYPE_CHECKING:
    import datasets


class HubDatasets(Splits, kind="datasets"):
    """A data set by its name on the Hugging Face hub, downloaded once into the package's own cache.

    Needs the extra `datasets` and a network; no code of the data set is run. As with the package itself, a folder of
    that name (with CSV, JSON or Parquet files) comes before the hub.
    """

    name: str = Field(min_length=1, description="name on the hub", examples=["user/name"])
    config: str | None = Field(None, description="configuration, where it has several")
    revision: str | None = Field(None, description="commit or tag: what keeps a run the same next year")

    def origin(self) -> str:
        """The name."""
        return self.name

    def splits(self) -> datasets.DatasetDict:
        """Every split, downloaded if need be."""
        import datasets

        return datasets.load_dataset(self.name, self.config, revision=self.revision)
