"""Data kind `csv`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from wfsim.errors import ScenarioError
from wfsim.learning.data._columns import Table, take_columns
from wfsim.learning.data._labelled import Columns


class Csv(Table, kind="csv"):
    """A CSV file, UTF-8, with a header row (RFC 4180). Images are paths or base64."""

    def columns(self, file: Path, wanted: Sequence[str]) -> Columns:
        import pandas

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", pandas.errors.ParserWarning)  # fields beyond the header would be dropped
                table = pandas.read_csv(file, dtype=str, na_filter=False, encoding="utf-8", index_col=False)
        except pandas.errors.ParserWarning:
            raise ScenarioError(
                "a row has more fields than the header; quote texts with commas", file=str(file)
            ) from None
        except (ValueError, OSError) as error:  # pandas' own errors are ValueErrors
            raise ScenarioError(f"is not a CSV file: {' '.join(str(error).split())}", file=str(file)) from None
        return take_columns(file, {str(name): list(table[name]) for name in table.columns}, wanted)
