"""The cells of a run as its server sees them, where they go their own ways within a round: shared out to processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from wfsim import trace
from wfsim.errors import RunError
from wfsim.messages import Candidate
from wfsim.world.cell import by_cell
from wfsim.world.cell_world import CellWorld
from wfsim.world.forked import Forked
from wfsim.world.shard import Order, Report, Shard
from wfsim.world.turn import Turn, Upload
from wfsim.world.world import World

Later = Callable[[], object]


class Here:
    """A shard in this process; it does what it was asked when the answer is wanted."""

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def ask(self, what: str, *given: object) -> None:
        """Have it do something."""
        self._asked = partial(getattr(self._shard, what), *given)

    def answer(self) -> object:
        """What came of it."""
        return self._asked()

    def later(self) -> Later:
        """What gives the same when it is called."""
        return partial(_same, self._asked())

    def stop(self) -> None:
        """Nothing is left behind."""


def _same(found: object) -> object:
    return found


class Shards:
    """Rounds of all cells. Results and journal do not depend on the number of processes: lines are put in order of
    time, cell and writing. The journal of a round is written while the cells are at work on the next one."""

    def __init__(self, worlds: Sequence[CellWorld], backlog: trace.Backlog, processes: int) -> None:
        self._worlds, self._backlog, self.processes = worlds, backlog, processes
        self._number = {world.cells[0].station: number for number, world in enumerate(worlds)}
        self._shards: list[Here | Forked] = []
        self._unread: list[tuple[list[bytes], list[Later]]] = []

    def send_to_work(self, world: World, round_number: int, wave: int | str, cohort: Sequence[Candidate]) -> None:
        """Start the turn of every member, wherever its cell is simulated."""
        members = by_cell(world.home, (member.device for member in cohort)).items()
        names = {self._number[station]: devices for station, (_, devices) in members}
        for index, shard in enumerate(self._started()):
            own = {number: devices for number, devices in names.items() if number % self.processes == index}
            now_s, version = world.env.now, world.federation.version
            shard.ask("work", Order(round=round_number, wave=wave, start_s=now_s, version=version, names=own))
        self.settle()

    def finish(self, world: World) -> float:
        """Wait until everybody is done; the time at which the last one was. What was written lies in the backlog.

        Raises RunError where a cell is stuck.
        """
        reports = [shard.answer() for shard in self._started()]
        self._raise_if_stuck(reports)
        end_s = max((end_s for report in reports for end_s in report.finished_s), default=world.env.now)
        gap = self._leave_gap("pages", end_s)
        _note(world, reports)
        self._take_in(gap)
        return end_s

    def events(self) -> int:
        """How many events there have been; to be asked once, at the end."""
        for shard in self._shards:
            shard.ask("events")
        return sum(shard.answer() for shard in self._shards)

    def settle(self) -> None:
        """Write what lies in the backlog."""
        for gap, unread in self._unread:
            gap += trace.in_order([each for read in unread for each in read()])
        self._unread = []
        self._backlog.settle()

    def stop(self) -> None:
        """End the processes."""
        for shard in self._shards:
            shard.stop()

    def _started(self) -> Sequence[Here | Forked]:
        if not self._shards:
            self._shards = [self._start(index) for index in range(self.processes)]
        return self._shards

    def _start(self, index: int) -> Here | Forked:
        numbers = range(index, len(self._worlds), self.processes)
        shard = Shard({number: self._worlds[number] for number in numbers})
        return Here(shard) if self.processes == 1 else Forked(shard)

    def _leave_gap(self, which: str, *given: float) -> list[bytes]:
        """Ask for what was written; it belongs here in the backlog."""
        for shard in self._shards:
            shard.ask(which, *given)
        gap: list[bytes] = []
        self._backlog.write_texts(gap)
        return gap

    def _take_in(self, gap: list[bytes]) -> None:
        """Let the processes go on; what they have written is read when it is to be settled."""
        self._unread.append((gap, [shard.later() for shard in self._shards]))

    def _raise_if_stuck(self, reports: Sequence[Report]) -> None:
        stuck: Mapping[int, str] = {number: why for report in reports for number, why in report.stuck.items()}
        if stuck:
            self._take_in(self._leave_gap("last_pages"))
            self.settle()
            raise RunError(stuck[min(stuck)])


def _note(world: World, reports: Sequence[Report]) -> None:
    """The server's floor and ledger as if all had happened before its eyes."""
    rows = [row for each in reports for row in zip(each.devices, each.finished_s, each.landed, each.known, strict=True)]
    rows.sort(key=lambda row: row[:2][::-1])
    for device, finished_s, landed, known in rows:
        history = world.ledger.of(device)
        history.energy_j, history.last_turn_s, history.held = known
        world.floor.finished_s[device] = finished_s
        if landed is not None:
            world.floor.waiting.append(_upload(world, device, finished_s, *landed))


def _upload(world: World, device: str, t_s: float, arrived: bytes, coverage: float) -> Upload:
    version = world.federation.version
    turn = Turn(number=len(world.floor.waiting), device=device, round=world.floor.round, base_version=version)
    return Upload(turn=turn, t_s=t_s, arrived=np.frombuffer(arrived, dtype=bool), coverage=coverage)
