from __future__ import annotations

import pytest

from wfsim.errors import ScenarioError
from wfsim.learning.data import Data


def text_file(path, **fields) -> Data:
    return Data.parse({"kind": "text_file", "path": str(path), **fields})


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_bytes("\ufeffone\r\ntwo\r\n\r\n \t\r\nthree\n\n\nfour\n".encode())
    return path


def test_paragraphs_end_at_empty_lines_and_the_last_ones_are_held_out(book) -> None:
    found = text_file(book, test_share=0.5).load()
    assert (found.train_inputs, found.test_inputs) == (("one\ntwo",), ("three", "four\n"))
    assert (found.classes, found.joint, set(found.train_labels)) == (1, "\n\n", {0})


def test_lines(book) -> None:
    found = text_file(book, pieces="lines").load()
    assert (found.train_inputs, found.test_inputs) == (("one", "two", "three"), ("four",))
    assert found.joint == "\n"


def test_at_least_one_piece_is_on_either_side(book) -> None:
    for share in (0.01, 0.99):
        found = text_file(book, test_share=share).load()
        assert len(found.train_inputs) + len(found.test_inputs) == 3
        assert min(len(found.train_inputs), len(found.test_inputs)) == 1


def test_a_file_of_its_own_is_held_out_whole(book, tmp_path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("five\n\nsix")
    found = text_file(book, test_path=str(other)).load()
    assert (len(found.train_inputs), found.test_inputs) == (3, ("five", "six"))
    assert found.digest != text_file(book).load().digest


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"all in one\nparagraph", r"book.txt: has 1 of paragraphs, too few to hold one out; divide it otherwise"),
        (b" \n\n", r"book.txt: holds no text"),
        (b"caf\xe9\n\nbar", r"book.txt: is not UTF-8 \(byte 3\)"),
        (None, r"book.txt: no such data file"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(tmp_path, content, says) -> None:
    path = tmp_path / "book.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError, match=says) as caught:
        text_file(path).load()
    assert "\n" not in str(caught.value)
