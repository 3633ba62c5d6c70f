"""`wfsim fit`: from a pilot's measured log to parts of a scenario."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wfsim.cli._output import AsJson, console, print_json, print_table, say
from wfsim.cli._quantities import number
from wfsim.errors import UsageError

if TYPE_CHECKING:
    from wfsim.fitting.fitted import Fitted

EXAMPLE = "wfsim fit pilot.csv --power-dbm 20 --bandwidth-hz 2e7 --out fit.yaml --figure fit.png"


def fit(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="a CSV file with a header")],
    power_dbm: Annotated[float | None, typer.Option("--power-dbm", help="radiated power of the pilot, dBm")] = None,
    bandwidth_hz: Annotated[float | None, typer.Option("--bandwidth-hz", help="its band, Hz")] = None,
    noise_figure_db: Annotated[float, typer.Option("--noise-figure-db", help="its receiver's noise figure, dB")] = 6.0,
    reference_m: Annotated[float, typer.Option("--reference-m", help="distance that path loss begins at, m")] = 1.0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="write the parts as a scenario to extend")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="FILE", help="draw the fits: PNG, SVG, PDF")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit path loss, link, losses, rate and delay to a measured log; print estimates, intervals and YAML.

    Columns that are read: time_s, distance_m, rssi_dbm or snr_db, rate_bps, loss (0 or 1 per packet, in order), rtt_s.
    A field is empty where nothing was measured; what can be fitted follows from the columns. Intervals suppose samples
    that are independent of one another.
    """
    from wfsim.fitting import Setup
    from wfsim.fitting.fitted import fit_log

    for name, value in (("--bandwidth-hz", bandwidth_hz), ("--reference-m", reference_m)):
        if value is not None and not 0.0 < value < math.inf:
            raise UsageError(f"{name} {value:g}: must be a number above 0")
    for name, value, low, high in (
        ("--power-dbm", power_dbm, -100, 100),
        ("--noise-figure-db", noise_figure_db, 0, 50),
    ):
        if value is not None and not low <= value <= high:
            raise UsageError(f"{name} {value:g}: must be a number from {low} to {high}")
    _check_targets(log, out, figure)
    setup = Setup(
        power_dbm=power_dbm, bandwidth_hz=bandwidth_hz, noise_figure_db=noise_figure_db, reference_m=reference_m
    )
    fitted = fit_log(str(log), setup)
    _write(fitted, out, figure)
    if as_json:
        print_json(_facts(fitted))
    else:
        _report(fitted, [path for path in (out, figure) if path is not None])


def _check_targets(log: Path, out: Path | None, figure: Path | None) -> None:
    from wfsim.figures.fitted import check_format

    if figure is not None:
        check_format(figure)
    for path in (out, figure):
        if path is not None and (not path.parent.is_dir() or path.is_dir()):
            raise UsageError(f"{path} cannot be written: give a file in a folder that is there")
        if path is not None and path.exists() and log.exists() and path.samefile(log):
            raise UsageError(f"{path} is the log: choose another file")


def _write(fitted: Fitted, out: Path | None, figure: Path | None) -> None:
    from wfsim.figures.fitted import draw_fits
    from wfsim.scenario.yaml_target import write_yaml

    if out is not None:
        if not fitted.scenario():
            raise UsageError(f"{out}: nothing that was fitted is a part of a scenario's radio; leave --out away")
        write_yaml(fitted.scenario(), out)
    if figure is not None:
        draw_fits(fitted.fits, figure)


def _facts(fitted: Fitted) -> dict[str, Any]:
    fits = [
        {
            "model": fit.model,
            "samples": fit.samples,
            "parameters": {name: vars(each) for name, each in fit.parameters.items()},
            "goodness": dict(fit.goodness),
            "doubt": fit.doubt or None,
        }
        for fit in fitted.fits
    ]
    return {"fits": fits, "left_out": fitted.left_out, "scenario": fitted.scenario(), "hop": fitted.hop()}


def _report(fitted: Fitted, written: list[Path]) -> None:
    out = console()
    print_table(out, ("model", "parameter", "value", "95 % interval"), _rows(fitted))
    for fit in fitted.fits:
        goodness = ", ".join(f"{name} {value:.4g}" for name, value in fit.goodness.items())
        say(out, f"{fit.model}: {fit.samples} samples; {goodness}" + (f"; in doubt: {fit.doubt}" if fit.doubt else ""))
    for name, reason in fitted.left_out.items():
        say(out, f"no {name}: {reason}")
    for line in _yaml(fitted):
        say(out, line)
    for path in written:
        say(out, str(path))


def _rows(fitted: Fitted) -> Iterator[tuple[str, ...]]:
    for fit in fitted.fits:
        for place, (name, each) in enumerate(fit.parameters.items()):
            yield (
                fit.model if place == 0 else "",
                name,
                number(each.value),
                f"{number(each.low)} to {number(each.high)}",
            )


def _yaml(fitted: Fitted) -> Iterator[str]:
    """The parts as a scenario has them, and a wired link as an edge of a topology has it."""
    from wfsim.cli._fields import flow

    yield ""
    for section, inside in fitted.scenario().items():
        yield f"{section}:"
        yield from (f"  {name}: {flow(part)}" for name, part in inside.items())
    if fitted.hop() is not None:
        yield f"# on an edge of a topology: hop: {flow(fitted.hop())}"
