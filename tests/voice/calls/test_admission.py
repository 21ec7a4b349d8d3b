"""More callers than a process can serve, for a long time: those let in are served at once."""

import heapq
import random
from dataclasses import dataclass, field
from itertools import count

import pytest
from psycopg_pool import AsyncConnectionPool

from voice.calls import admission
from voice.calls.admission import (
    AIMED_LOAD,
    CALM_SECONDS,
    LEARNED_FROM,
    MAX_LOAD,
    Admission,
)

TURNS = [each / 1000 for each in (5, *[4] * 7, 14, 10, 25, 8, 6, 8, 4, 4)]
"""Seconds that the turns of a call take, in their order: it needs most when it books."""
WITH_JOBS = [each / 1000 for each in (4, *[3] * 8, 12, 8, 33, 30, 26, 29, 18, 4, 4)]
"""The same where the worker's jobs are done by the process too."""
REFUSAL = 0.0006
PAUSE = 8.0
CALL_SECONDS = PAUSE * len(TURNS)
LIMIT = AIMED_LOAD / sum(TURNS)
"""The most calls a second that a process can serve for ever."""
CALM = 0.2
"""What comes on a calm day, as a share of that."""


@pytest.fixture(autouse=True)
def _full_when_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a real line, not as in the other tests."""
    monkeypatch.setattr(admission, "MAX_LOAD", MAX_LOAD)


@dataclass
class Process:
    """One process with a processor of its own, in simulated time: turns wait in their order."""

    arrivals: float
    """New calls a second."""
    shared: float = 0.0
    """How much longer a turn takes when this process is always busy: others need its processor."""
    turns: list[float] = field(default_factory=lambda: TURNS)
    rising: float = 1.0
    """Seconds until that many come."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311
    ended: int = 0
    waits: list[float] = field(default_factory=list[float])
    _now: float = 0.0
    _free_at: float = 0.0
    _given: float = 0.0
    _load: float = 0.0
    _seen: tuple[float, float] = (0.0, 0.0)

    def run(self, seconds: float, settled: float, calm: float = 0.0) -> None:
        """Count what happens after the first `settled` seconds; for `calm` ones few calls come."""
        pool: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
        admission = Admission(pool, self._used, lambda: self._now)
        order = count()
        waiting = [(0.0, next(order), 0)]
        while waiting[0][0] < seconds:
            self._now, _, turn = heapq.heappop(waiting)
            if turn == 0:
                arrivals = self.arrivals if self._now >= calm else CALM * LIMIT
                arrivals *= min(1, max(0.02, self._now / self.rising))
                gap = self.chance.expovariate(arrivals)
                heapq.heappush(waiting, (self._now + gap, next(order), 0))
                if not admission.admits():
                    self._work(REFUSAL)
                    continue
            done = self._work(self.turns[turn])
            if turn + 1 < len(self.turns):
                again = done + self.chance.uniform(PAUSE - 1, PAUSE + 1)
                heapq.heappush(waiting, (again, next(order), turn + 1))
            if self._now >= settled:
                self.waits.append(done - self._now)
                self.ended += turn + 1 == len(self.turns)

    def _work(self, seconds: float) -> float:
        """When it is done."""
        at, given = self._seen
        if self._now - at > 1:
            self._load += 0.3 * ((self._given - given) / (self._now - at) - self._load)
            self._seen = self._now, self._given
        seconds *= 1 + self.shared * self._load
        self._free_at = max(self._free_at, self._now) + seconds
        self._given += seconds
        return self._free_at

    def _used(self) -> float:
        return self._given - max(0.0, self._free_at - self._now)


def served(times: float, calm: float = 0.0) -> Process:
    """A process that so many times the calls come to that it can serve; five minutes.

    They are counted once it has settled after a start, or after `calm` seconds as on a calm day.
    """
    process = Process(times * LIMIT)
    settled = calm + CALL_SECONDS if calm else 400
    process.run(settled + 300, settled, calm)
    return process


@pytest.mark.parametrize("calm", [0, 600])
@pytest.mark.parametrize("times", [1.2, 2, 3])
def test_beyond_its_limit_a_process_serves_as_many_calls_as_at_it_and_as_fast(
    times: float, calm: float
) -> None:
    """No waves of calls that are let in together, and then book together."""
    beyond = served(times, calm)
    assert beyond.ended >= 0.9 * served(1).ended
    assert max(beyond.waits) < 0.5


@pytest.mark.parametrize("times", [1.5, 3])
def test_turns_that_take_longer_the_more_there_are_bring_no_waves(times: float) -> None:
    """More and more call: after the first of them that were too many, the same number for ever.

    The calls that begin when few are under way take less, and book together a minute or two later.
    """
    shared = 0.6
    limit = AIMED_LOAD / sum(WITH_JOBS) / (1 + shared * AIMED_LOAD)
    beyond = Process(times * limit, shared, WITH_JOBS, rising=420)
    beyond.run(1200, 600)
    assert max(beyond.waits) < 1
    assert beyond.ended >= 0.9 * limit * 600


def test_what_was_learned_is_forgotten_on_a_calm_day() -> None:
    """A flood had taken the time while few calls came: later, a hundred may begin at once."""
    now, used = 0.0, 0.0
    pool: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    admits = Admission(pool, lambda: used, lambda: now)
    for share, seconds in ((0.8, 600), (0.01, CALM_SECONDS + 60)):
        for _ in range(int(seconds / 6)):
            now, used = now + 6, used + 6 * share
            assert admits.admits()
    assert all(admits.admits() for _ in range(100))


def test_below_its_limit_hardly_any_call_is_turned_away() -> None:
    """Also while new calls are spread."""
    share = 0.8
    assert share * AIMED_LOAD > LEARNED_FROM
    assert served(share).ended >= 0.95 * share * LIMIT * 300


def test_few_calls_are_let_in_whatever_else_takes_the_time() -> None:
    """Such as refusing a flood of unsigned requests; each call waits ten seconds for the next."""
    now, chance = 0.0, random.Random(1)  # noqa: S311
    pool: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    admits = Admission(pool, lambda: 0.7 * now, lambda: now)
    for _ in range(500):
        now += chance.expovariate(0.1)
        assert admits.admits()
