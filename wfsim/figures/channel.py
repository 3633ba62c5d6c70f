"""Fading as the transfers of a run met it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wfsim.errors import UsageError
from wfsim.figures import _style, figure
from wfsim.figures._gains import Gains, read_gains
from wfsim.figures._rounds import chosen, mark_rounds, only, short, shown_rounds, time_axis, title_of
from wfsim.figures._spans import Round, read_story
from wfsim.results.directory import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]

DEEP_FADE_DB = -10.0
_MOST_LINKS = 12
_FLOOR_DB = -40.0  # a gain of zero is drawn here


@figure
def channel(runs: Sequence[Run], rounds: tuple[int, int] | None = None, devices: Sequence[str] | None = None) -> Figure:
    """Fading gain in dB per coherence block of a few links of one run made with trace.channel=true; deep fades marked.

    `rounds` is the first and the last round to draw, `devices` at most 12 links; by default those of the lowest, the
    median and the highest mean SNR. Gains are known for the blocks that a transfer met, in either direction, and are
    relative to the mean; the mean SNR is that of the uplink over the whole band. A gain under DEEP_FADE_DB is a deep
    fade. Raises UsageError for several runs, unknown devices and a run without recorded gains.
    """
    from matplotlib.figure import Figure

    run = only("channel", runs)
    story, gains, coherence_s = read_story(run.whole_lines()), read_gains(run.whole_lines()), _coherence_s(run)
    if not gains.by_link:
        raise UsageError(f"{run.path}: its journal holds no gains; run it with trace.channel=true")
    shown = shown_rounds(story, rounds)
    links = _links(gains, devices)
    drawn = Figure(figsize=(_style.WIDTH_IN, 0.9 + 1.15 * len(links)))
    panels = drawn.subplots(len(links), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for axes, link, name in zip(panels, links, short(links), strict=True):
        _draw_link(axes, gains, link, name, _blocks(shown, coherence_s), coherence_s)
        mark_rounds(axes, shown, named=False)
    time_axis(panels[-1], shown)
    _style.headline(drawn, title_of(story, shown))
    drawn.supylabel("Fading gain per coherence block (dB)", fontsize=8.0)
    _draw_legend(drawn, panels)
    return drawn


def _coherence_s(run: Run) -> float:
    fading = run.scenario["radio"]["fading"]
    if "coherence_s" not in fading:
        raise UsageError(f"{run.path}: radio.fading {fading['kind']} has no coherence blocks: its gains never change")
    return float(fading["coherence_s"])


def _links(gains: Gains, devices: Sequence[str] | None) -> list[str]:
    by_snr = sorted(gains.by_link, key=lambda link: (gains.mean_snr_db[link], link))
    if devices is None:
        middle = by_snr[len(by_snr) // 2]
        return list(dict.fromkeys([by_snr[0], middle, by_snr[-1]]))
    found = chosen(devices, sorted(gains.by_link))
    if len(found) > _MOST_LINKS:
        raise UsageError(f"channel draws at most {_MOST_LINKS} devices, got {len(found)}")
    return found


def _blocks(shown: Sequence[Round], coherence_s: float) -> tuple[int, int]:
    """The first and the last block that the rounds touch."""
    return int(shown[0].start_s // coherence_s), int(shown[-1].close_s // coherence_s)


def _draw_link(axes: Axes, gains: Gains, link: str, name: str, blocks: tuple[int, int], coherence_s: float) -> None:
    first, last = blocks
    gain_db = np.maximum(gains.steps_db(link, first, last), _FLOOR_DB)
    edges_s = np.arange(first, last + 2) * coherence_s
    axes.axhline(0.0, color=_style.GREY, linewidth=0.8, linestyle="--", label="mean")
    axes.stairs(gain_db, edges_s, baseline=None, color=_style.BLUE, linewidth=0.8, label="gain while on the air")
    deep = np.flatnonzero(gain_db < DEEP_FADE_DB)
    middles_s = (edges_s[deep] + edges_s[deep + 1]) / 2.0
    look = {"color": _style.VERMILION, "marker": "v", "markersize": 3.0, "linestyle": ""}
    axes.plot(middles_s, gain_db[deep], **look, label=f"deep fade, under {_style.signed(DEEP_FADE_DB)} dB")
    axes.set_title(f"{name}: {_facts(gains.mean_snr_db[link], gain_db)}", fontsize=8.0, fontweight="normal")
    _style.count_ticks(axes.yaxis, 4)


def _facts(mean_snr_db: float, gain_db: Array) -> str:
    met = np.isfinite(gain_db).sum()
    if met == 0:
        return f"mean SNR {_style.signed(mean_snr_db)} dB, on the air in no block"
    share = (gain_db < DEEP_FADE_DB).sum() / met
    return f"mean SNR {_style.signed(mean_snr_db)} dB, {100.0 * share:.1f} % of {met} blocks in a deep fade"


def _draw_legend(drawn: Figure, panels: Sequence[Axes]) -> None:
    handles, labels = panels[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=len(labels))
