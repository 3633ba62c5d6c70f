"""Apache Parquet."""

from __future__ import annotations

import importlib.util
import io
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_origin

from wfsim.errors import UsageError
from wfsim.results.directory import Run
from wfsim.results.export import exporter
from wfsim.results.export._tables import Table, journal_tables

if TYPE_CHECKING:
    import pyarrow

_PLAIN = {str: "string", int: "int64", float: "float64", bool: "bool_"}


@exporter()
def parquet(run: Run) -> dict[str, bytes]:
    """A folder of Parquet files: each type of journal record, links, outages; typed (needs wfsim-cosim[parquet])."""
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError("the format parquet needs pyarrow: pip install 'wfsim-cosim[parquet]'")
    return {f"{name}.parquet": _encoded(table) for name, table in journal_tables(run).items()}


def _encoded(table: Table) -> bytes:
    import pyarrow
    import pyarrow.parquet

    columns = {name: _array(hint, number, table) for number, (name, hint) in enumerate(table.columns.items())}
    file = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), file)
    return file.getvalue()


def _array(hint: Any, number: int, table: Table) -> pyarrow.Array:
    import pyarrow

    values = (row[number] for row in table.rows)
    made = [list(value.items()) if isinstance(value, dict) else value for value in values]
    return pyarrow.array(made, type=_arrow(hint))


def _arrow(hint: Any) -> pyarrow.DataType:
    """Arrow's type of a record's field: plain, optional, list or mapping."""
    import pyarrow

    if hint in _PLAIN:
        return getattr(pyarrow, _PLAIN[hint])()
    inner = [_arrow(each) for each in get_args(hint) if each is not NoneType]
    makers = {list: pyarrow.list_, dict: pyarrow.map_}
    return makers.get(get_origin(hint), lambda plain: plain)(*inner)
