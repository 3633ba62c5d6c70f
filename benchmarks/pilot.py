"""Does `wfsim fit` find the parameters that made a log?

A pilot's log is simulated through the package's own path loss, rate curve and Gilbert-Elliott losses, written as CSV
and read by the command. Every true value should lie in its interval of 95 %. The last line is one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfsim.radio.link.shannon import Shannon
from wfsim.radio.loss.gilbert_elliott import GilbertElliott
from wfsim.radio.path_loss.log_distance import LogDistance
from wfsim.rng import Streams
from wfsim.units import db_to_linear, noise_density_dbm_per_hz

BAND_HZ, POWER_DBM, SAMPLES, SEED = 2e7, 20.0, 2000, 1
LAW = {"exponent": 3.2, "reference_db": 40.0, "std_db": 6.0}
CURVE = {"gap_db": 3.0, "max_bps_per_hz": 6.0}
BURSTS = {"p_good_to_bad": 0.01, "p_bad_to_good": 0.25}
DELAY = {"delay_s": 0.02}
TRUTH = {**LAW, **CURVE, **BURSTS, **DELAY}


def columns() -> dict[str, NDArray[Any]]:
    """A walk through a cell: SNR from path loss and shadowing, rate from SNR and an error of measuring, losses, RTT."""
    generator = np.random.default_rng(SEED)
    distance_m = 10.0 ** generator.uniform(1.0, 3.0, SAMPLES)
    loss_db = LogDistance(exponent=LAW["exponent"], reference_db=LAW["reference_db"]).loss_db(distance_m, 2e9)
    noise_dbm = noise_density_dbm_per_hz(6.0) + 10.0 * np.log10(BAND_HZ)
    snr_db = POWER_DBM - loss_db - generator.normal(0.0, LAW["std_db"], SAMPLES) - noise_dbm
    efficiency = Shannon(**CURVE).efficiency(db_to_linear(snr_db)) + generator.normal(0.0, 0.05, SAMPLES)
    return {
        "time_s": np.arange(SAMPLES) * 0.1,
        "distance_m": distance_m,
        "snr_db": snr_db,
        "rate_bps": BAND_HZ * np.maximum(efficiency, 0.0),
        "loss": GilbertElliott(**BURSTS).lost(Streams(SEED), ("pilot",), SAMPLES).astype(int),
        "rtt_s": 2.0 * DELAY["delay_s"] + generator.uniform(-0.001, 0.001, SAMPLES),
    }


def written(path: Path) -> Path:
    """The log as a CSV file."""
    log = columns()
    rows = zip(*(values.tolist() for values in log.values()), strict=True)
    path.write_text("\n".join([",".join(log), *(",".join(map(repr, row)) for row in rows)]) + "\n")
    return path


def fits() -> Iterator[dict[str, Any]]:
    """What the command says of every parameter that is known: its estimate and interval."""
    with tempfile.TemporaryDirectory() as folder:
        log = str(written(Path(folder) / "pilot.csv"))
        options = ["--power-dbm", f"{POWER_DBM:g}", "--bandwidth-hz", f"{BAND_HZ:g}", "--json"]
        command = [sys.executable, "-m", "wfsim", "fit", log, *options]
        said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    yield from (fit["parameters"] for fit in json.loads(said)["fits"])


def recovered() -> dict[str, Any]:
    """Truth, estimate and interval by name, and whether every interval holds its truth."""
    found = {name: estimate for parameters in fits() for name, estimate in parameters.items() if name in TRUTH}
    known = {name: {"truth": truth, **found[name]} for name, truth in TRUTH.items()}
    return {**known, "holds": all(each["low"] <= each["truth"] <= each["high"] for each in known.values())}


def table(found: dict[str, Any]) -> str:
    """One line per parameter."""
    return "\n".join(
        f"{name:>15}: true {each['truth']:7.4g}, fitted {each['value']:7.4g} ({each['low']:.4g} to {each['high']:.4g})"
        for name, each in found.items()
        if name in TRUTH
    )


def main() -> int:
    found = recovered()
    print(table(found))
    print(json.dumps(found))
    return 0 if found["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
