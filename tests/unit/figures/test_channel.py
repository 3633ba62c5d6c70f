"""Fading over time."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import StepPatch

from wfsim.errors import UsageError
from wfsim.figures.channel import DEEP_FADE_DB, channel
from wfsim.results.directory import Run

COHERENCE_S = 0.05


def _gains(lines, device: str) -> dict[int, float]:
    return {
        line["block"]: 10.0 * np.log10(line["gain"])
        for line in lines
        if line["type"] == "channel_gain" and line["link"] == device
    }


def _stairs(axes) -> StepPatch:
    return next(patch for patch in axes.patches if isinstance(patch, StepPatch))


def _last_close_s(lines) -> float:
    return [line["t_s"] for line in lines if line["type"] == "round_closed"][-1]


def test_steps_are_the_recorded_gains_in_their_blocks(real_run, lines) -> None:
    (axes,) = channel([real_run], devices=["d2"]).axes
    values, edges_s, _ = _stairs(axes).get_data()
    gains = _gains(lines, "d00002")
    drawn = {round(at / COHERENCE_S): value for at, value in zip(edges_s, values) if np.isfinite(value)}
    assert len(drawn) > 10
    assert drawn == {block: pytest.approx(gain) for block, gain in gains.items() if block * COHERENCE_S <= edges_s[-1]}
    assert np.diff(edges_s) == pytest.approx(COHERENCE_S)


def test_deep_fades_are_marked(real_run, lines) -> None:
    (axes,) = channel([real_run], devices=["d3"]).axes
    marks = next(line for line in axes.lines if str(line.get_label()).startswith("deep fade"))
    last = int(_last_close_s(lines) // COHERENCE_S)
    deep = sorted(block for block, gain in _gains(lines, "d00003").items() if gain < DEEP_FADE_DB and block <= last)
    assert np.floor(np.asarray(marks.get_xdata()) / COHERENCE_S).astype(int).tolist() == deep
    assert all(value < DEEP_FADE_DB for value in marks.get_ydata())


def test_by_default_the_weakest_the_middle_and_the_strongest_link(real_run, lines) -> None:
    snr_db = {line["device"]: line["mean_snr_db"] for line in lines if line["type"] == "link_placed"}
    ranked = sorted(snr_db, key=snr_db.__getitem__)
    titles = [axes.get_title() for axes in channel([real_run]).axes]
    expected = [ranked[0], ranked[2], ranked[-1]]
    for title, device in zip(titles, expected, strict=True):
        shown = f"{snr_db[device]:.1f}".replace("-", "\N{MINUS SIGN}")
        assert title.startswith(f"d{int(device[1:])}: mean SNR {shown} dB, ")


def test_chosen_rounds_and_units(real_run, lines) -> None:
    figure = channel([real_run], rounds=(2, 2))
    assert figure.axes[-1].get_xlim() == (3.0, _last_close_s(lines))
    assert figure.axes[-1].get_xlabel() == "Simulated time (s)"
    assert figure.get_supylabel() == "Fading gain per coherence block (dB)"
    assert figure.get_suptitle() == "real, seed 1: round 2"


def test_unknown_devices_are_errors(real_run) -> None:
    with pytest.raises(UsageError, match="no device called 'd9'.* in this figure; known: d1, d2, d3, d4"):
        channel([real_run], devices=["d9"])


def test_a_run_without_gains_says_how_to_get_them(make_run) -> None:
    run = make_run("a", 1, [0.5], scenario="radio: {fading: {kind: rayleigh, coherence_s: 0.05}}")
    with pytest.raises(UsageError, match="a-1: its journal holds no gains; run it with trace.channel=true"):
        channel([run])


def test_a_channel_that_never_changes_says_so(make_run) -> None:
    run: Run = make_run("a", 1, [0.5], scenario="radio: {fading: {kind: none}}")
    with pytest.raises(UsageError, match="radio.fading none has no coherence blocks"):
        channel([run])
