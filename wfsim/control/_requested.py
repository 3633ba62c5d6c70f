"""Requests as the bandwidth solvers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from wfsim.allocation import Uploads
from wfsim.messages import Candidate, Request
from wfsim.units import db_to_linear

_LOWEST_SNR = 1e-9  # below it a share's rate does not depend on the share


def requested_uploads(
    requests: Sequence[Request],
    examples: Mapping[str, int],
    *,
    ready_s: Sequence[float],
    whole_band_hz: float,
    band_hz: float,
    gap_db: float,
    cap_bps_per_hz: float,
    loss: float,
) -> Uploads:
    """`Uploads` of requests with scores: SNRs are over the whole band, `band_hz` is what they share of it.

    Raises ValueError for a request without `dropped` and `upload_bits`.
    """
    if any(request.dropped is None or request.upload_bits is None for request in requests):
        raise ValueError("a request lacks `dropped` or `upload_bits`")
    weights = np.array([float(examples[request.device]) for request in requests])
    snr = np.maximum(db_to_linear([request.snr_db for request in requests]), _LOWEST_SNR)
    return Uploads(
        bits=np.array([request.upload_bits for request in requests]),
        dropped=np.array([request.dropped for request in requests]),
        shares=weights / weights.sum(),
        snr_hz=snr * whole_band_hz,
        ready_s=np.array(ready_s),
        band_hz=band_hz,
        gap=float(db_to_linear(gap_db)),
        cap_bps_per_hz=cap_bps_per_hz,
        loss=loss,
    )


def with_ranks(uploads: Uploads, ranks: int | None) -> tuple[Uploads, int]:
    """The uploads with no other choice than `ranks` (all there are where fewer), and the first number of ranks that is
    left to choose; all choices for None."""
    if ranks is None:
        return uploads, 1
    only = min(ranks, uploads.bits.shape[1])
    return replace(uploads, bits=uploads.bits[:, only - 1 : only], dropped=uploads.dropped[:, only - 1 : only]), only


def expected_requests(
    cohort: Sequence[Candidate],
    known: Sequence[Request],
    asking_bits: tuple[float, ...],
    *,
    fading: bool,
    exponent: float,
) -> list[Request]:
    """What a cohort is expected to ask, in order of name: scores and bits of every device's last request, its SNR at
    selection, with or without `fading`.

    A device unheard of has `asking_bits`, rank i of its update the energy i^-exponent, and it asks when
    its computing is expected to end.
    """
    last = {request.device: request for request in known}
    members = sorted(cohort, key=lambda member: member.device)
    return [
        replace(
            last.get(member.device) or _unheard_of(member, asking_bits, exponent),
            snr_db=member.snr_db if fading else member.mean_snr_db,
        )
        for member in members
    ]


def _unheard_of(member: Candidate, bits: tuple[float, ...], exponent: float) -> Request:
    energies = np.arange(1.0, len(bits) + 1.0) ** -exponent
    dropped = np.append(np.cumsum(energies[:0:-1])[::-1], 0.0) / energies.sum()
    return Request(
        device=member.device,
        round=0,
        snr_db=member.snr_db,
        elapsed_s=member.compute_s,
        dropped=tuple(dropped.tolist()),
        upload_bits=bits,
    )
