"""Data kind `parquet`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wfsim.errors import ScenarioError
from wfsim.learning.data._columns import Table, take_columns
from wfsim.learning.data._labelled import Columns


class Parquet(Table, kind="parquet"):
    """A Parquet file. Images are paths, bytes, or {bytes, path} as Hugging Face data sets store them."""

    def columns(self, file: Path, wanted: Sequence[str]) -> Columns:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            needs = "data parquet needs the package pyarrow: python -m pip install 'wfsim-cosim[parquet]'"
            raise ScenarioError(needs) from None
        try:
            names = parquet.read_schema(file).names
            take_columns(file, dict.fromkeys(names, ()), wanted)
            return parquet.read_table(file, columns=list(wanted)).to_pydict()
        except (pyarrow.ArrowException, OSError) as error:
            raise ScenarioError(f"is not a Parquet file: {' '.join(str(error).split())}", file=str(file)) from None
