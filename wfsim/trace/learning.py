"""Facts that the event loop read from training."""

from __future__ import annotations

from wfsim.trace.record import Record, record, shared


@shared
class NewVersion:
    """Fields of `model_updated`."""

    version: int
    covariance_norm: float
    device_loss: dict[str, float]


@record
class ModelUpdated(NewVersion, Record):
    """A new global adapter. `covariance_norm` is s ||sum p_k B_k A_k - mean B mean A||_F over all matrices.

    `device_loss` is the root mean square training loss of every update that was read, as its device reports it.
    """

    group = "learning"


@record
class UpdatesMeasured(Record):
    """Structure of a round's updates (only under `trace: {updates: true}`), each a mean over updates and matrices.

    Of the trained factors B, A: `score_spread`, standard deviation over mean of ||b_i|| ||a_i||; `off_diagonal`, share
    of the Gram matrices' energy off their diagonal; and relative errors of B A with half the ranks kept:
    `rank_norm_error` (largest scores), `svd_error` (the optimum).
    """

    group = "learning"
    version: int
    score_spread: float
    off_diagonal: float
    rank_norm_error: float
    svd_error: float


@record
class LanguageTask(Record):
    """A language model is trained: `accuracy` of what follows is of next tokens, `loss` per token, and its exponential
    the perplexity. Texts are blocks where the model packs them."""

    group = "learning"
    vocabulary: int
    max_tokens: int
    train_texts: int
    test_texts: int


@record
class Evaluated(Record):
    """The global adapter on held-out data: all of it, and each device's own part (null where it holds none)."""

    group = "learning"
    round: int
    version: int
    accuracy: float
    loss: float
    device_accuracy: dict[str, float | None]
