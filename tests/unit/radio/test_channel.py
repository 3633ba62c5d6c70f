from __future__ import annotations

import numpy as np
import pytest

from wfsim.radio.channel import Channel
from wfsim.radio.fading import ConstantPaths, Fading, FadingPaths
from wfsim.radio.link import Link
from wfsim.rng import Streams

_BOTH = np.array([0, 1])
_NAMES = ("a", "b")


def _paths(coherence_s: float) -> FadingPaths:
    return Fading.parse({"kind": "rayleigh", "coherence_s": coherence_s}).realise(Streams(1), _NAMES)


def _channel(coherence_s: float = 0.1, **link: float) -> Channel:
    shannon = Link.parse({"kind": "shannon", "gap_db": 0.0, **link})
    return Channel(_NAMES, np.array([1e6, 2e6]), _paths(coherence_s), shannon)


def _steady(snr_hz: list[float]) -> Channel:
    return Channel(_NAMES, np.array(snr_hz), ConstantPaths(_NAMES), Link.parse({"kind": "shannon", "gap_db": 0.0}))


def test_pieces_are_blocks_when_knowledge_is_fresh() -> None:
    pieces = _channel().pieces(0.25, 3)
    assert pieces.edges_s == pytest.approx([0.25, 0.3, 0.4, 0.5])
    assert pieces.blocks.tolist() == pieces.csi_blocks.tolist() == [2, 3, 4]


def test_pieces_split_where_knowledge_changes() -> None:
    """Knowledge 0.03 s old: in block k it is of block k - 1 for the first 0.03 s."""
    pieces = _channel(csi_age_s=0.03).pieces(0.21, 2)
    assert pieces.edges_s == pytest.approx([0.21, 0.23, 0.3, 0.33, 0.4])
    assert pieces.blocks.tolist() == [2, 2, 3, 3]
    assert pieces.csi_blocks.tolist() == [1, 2, 2, 3]


@pytest.mark.parametrize("age_blocks", [1, 3, 7])
def test_an_age_of_whole_blocks_splits_nothing(age_blocks: int) -> None:
    """0.3 % 0.1 is just under 0.1 in floats: the sliver must not become a piece."""
    pieces = _channel(csi_age_s=age_blocks * 0.1).pieces(0.0, 5)
    assert pieces.edges_s == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert pieces.csi_blocks.tolist() == [block - age_blocks for block in range(5)]


def test_an_age_above_a_block() -> None:
    pieces = _channel(csi_age_s=0.26).pieces(0.0, 1)
    assert pieces.edges_s == pytest.approx([0.0, 0.06, 0.1])
    assert pieces.blocks.tolist() == [0, 0] and pieces.csi_blocks.tolist() == [-3, -2]


@pytest.mark.parametrize("block", range(1, 40))
@pytest.mark.parametrize("coherence_s", [0.1, 0.3, 0.7])
def test_a_start_on_a_boundary_begins_with_the_new_block(block: int, coherence_s: float) -> None:
    for start_s in (block * coherence_s, np.nextafter(block * coherence_s, 0.0)):
        pieces = _channel(coherence_s).pieces(start_s, 3)
        assert pieces.blocks[0] == block and np.diff(pieces.edges_s).min() > 0.99 * coherence_s


@pytest.mark.parametrize("csi_age_s", [0.0, 0.03, 0.1, 0.26])
def test_pieces_cover_the_time_without_gaps(csi_age_s: float) -> None:
    channel = _channel(csi_age_s=csi_age_s)
    for start_s in np.random.default_rng(0).uniform(0.0, 50.0, 200):
        pieces = channel.pieces(start_s, 9)
        assert pieces.edges_s[0] == start_s and (np.diff(pieces.edges_s) > 0.0).all()
        middles_s = 0.5 * (pieces.edges_s[1:] + pieces.edges_s[:-1])
        assert np.array_equal(channel.gains(_BOTH, pieces.blocks), channel.paths.gain(middles_s))
        assert np.array_equal(channel.gains(_BOTH, pieces.csi_blocks), channel.paths.gain(middles_s - csi_age_s))


def test_without_fading_there_is_one_endless_piece() -> None:
    channel = _steady([1e6, 3e6])
    pieces = channel.pieces(2.0, 32)
    assert pieces.edges_s.tolist() == [2.0, np.inf]
    assert channel.supported(_BOTH, np.array([1e6, 1e6]), pieces).ravel() == pytest.approx([1.0, 2.0])


def test_a_smaller_share_sees_a_higher_snr() -> None:
    channel = _steady([1e6, 1e6])
    efficiency = channel.supported(_BOTH, np.array([1e6, 1e6 / 3.0]), channel.pieces(0.0, 1))
    assert efficiency.ravel() == pytest.approx([1.0, 2.0])


def test_fresh_knowledge_without_margin_chooses_what_the_channel_carries() -> None:
    channel, bands_hz = _channel(), np.array([4e5, 6e5])
    pieces = channel.pieces(0.05, 20)
    assert np.array_equal(channel.chosen(_BOTH, bands_hz, pieces), channel.supported(_BOTH, bands_hz, pieces))


def test_a_margin_divides_the_snr() -> None:
    bands_hz = np.array([1e6, 1e6])
    plain, careful = _channel(), _channel(margin_db=3.0)
    pieces = plain.pieces(0.0, 20)
    snr = np.exp2(plain.chosen(_BOTH, bands_hz, pieces)) - 1.0
    assert careful.chosen(_BOTH, bands_hz, pieces) == pytest.approx(np.log2(1.0 + snr / 10**0.3))
