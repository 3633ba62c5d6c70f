"""When to stop waiting for a rate that never comes."""

from __future__ import annotations

_BLOCKS = 1_000_000
_DIVISIONS = 20_000


class Patience:
    """How long nobody on the air of a medium has had a rate; a rate or a start begins the wait anew.

    It ends after 1e6 coherence blocks. Without fading, and while foreign traffic takes the whole band, only changes of
    the band can bring a rate, and it ends after 2e4 divisions of it. A rate that would have come later is missed: hence
    so long.
    """

    def __init__(self, coherence_s: float | None) -> None:
        self._coherence_s = coherence_s
        self._since_s: float | None = None
        self._paused_s: float | None = None
        self._divisions = 0
        self.given_up: str | None = None

    def renew(self) -> None:
        """There is a rate, or a transfer that may get one."""
        self._since_s, self._paused_s, self._divisions, self.given_up = None, None, 0, None

    def wait(self, now_s: float) -> None:
        """The band was divided and nobody has a rate; `given_up` says in words how long was too long."""
        self._go_on(now_s)
        if self._coherence_s is None:
            self._count_division()
        elif now_s - self._since_s >= _BLOCKS * self._coherence_s:
            self.given_up = f"{_BLOCKS} coherence blocks"

    def pause(self, now_s: float, *, is_outage: bool) -> None:
        """Nobody has a share: blocks that pass before that ends do not count.

        After foreign traffic the wait begins anew, after the station's own outage it goes on where it was.
        """
        if is_outage:
            self._paused_s = now_s if self._paused_s is None else self._paused_s
        else:
            self._since_s = None
            self._count_division()

    def _go_on(self, now_s: float) -> None:
        if self._since_s is None:
            self._since_s = now_s
        elif self._paused_s is not None:
            self._since_s += now_s - self._paused_s
        self._paused_s = None

    def _count_division(self) -> None:
        self._divisions += 1
        if self._divisions >= _DIVISIONS:
            self.given_up = f"{_DIVISIONS} divisions of the band"
