"""Too many callers at once: those whose call was answered are served, and the line recovers."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.server import ACCOUNT
from support.data_key import CIPHER
from support.text_clinic import BASE, settings_at

from voice.app import create_app
from voice.bootstrap import line_on
from voice.calls import admission
from voice.calls.admission import AVERAGED_SECONDS, MAX_LOAD, MAX_WAITING, Admission, busy_seconds
from voice.database import bounded_pool
from voice.database.connection import open_pool
from voice.database.pool_metrics import measure
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, InProcess

CONNECTIONS = 4
_TURN = "/voice/turn?at=greeting&turn=0&in=en"


@pytest.fixture(autouse=True)
def _full_when_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a real line, not as in the other tests."""
    monkeypatch.setattr(admission, "MAX_LOAD", MAX_LOAD)


class Load:
    """A live line with few connections, and requests to it."""

    def __init__(self, post: InProcess, pool: AsyncConnectionPool) -> None:
        self._post, self.pool = post, pool

    async def post(self, path: str, call: int, **more: str) -> Answer:
        """A request of a call."""
        number = f"+1425{2_000_000 + call:07}"
        caller = CallerId(number, account_sid=ACCOUNT, call_sid=f"CA{call:032x}")
        fields = {**dict(caller.fields("in-progress")), **more}
        return await self._post(BASE + path, [*fields.items()])

    def figure(self, name: str) -> float:
        """A figure of the pool in the metrics."""
        measure({"test": self.pool})
        labels = {"pool": "test", "figure": name}
        return REGISTRY.get_sample_value("screening_line_connections", labels) or 0.0


@pytest_asyncio.fixture
async def load(
    migrated: str, database: AsyncConnectionPool, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Load]:
    """The tests' own processor time says nothing about the line."""
    del database
    monkeypatch.setattr(admission, "MAX_LOAD", float("inf"))
    async with open_pool(migrated, cipher=CIPHER, size=CONNECTIONS) as pool:
        line = line_on(settings_at("", texts="off"), pool)
        yield Load(InProcess(create_app(line), BASE, line.settings.tokens[0]), pool)


def refused() -> float:
    """How many new calls were turned away."""
    reason = {"reason": "new call while the line is full"}
    return REGISTRY.get_sample_value("screening_line_refused_total", reason) or 0.0


async def test_calls_under_way_are_served_and_new_ones_turned_away(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many times more turns than connections: each is answered; new callers hear what to do."""
    monkeypatch.setattr(bounded_pool.BoundedPool, "wait_seconds", 60.0)  # on a slow machine too
    calls, before = range(300), refused()
    load.pool.timeout = 0.05  # for what waits inside the pool, where nothing should
    for call in calls:
        assert b"at=greeting" in (await load.post("/voice/incoming", call)).body
    turns = asyncio.gather(*(load.post(_TURN, call, Digits="1") for call in calls))
    await asyncio.sleep(0)
    while load.figure("waiting") <= MAX_WAITING:  # noqa: ASYNC110  # a figure, not an event
        await asyncio.sleep(0)
    new = await asyncio.gather(*(load.post("/voice/incoming", 1000 + call) for call in range(20)))
    assert not any(b"at=safety" not in answer.body for answer in await turns)
    for answer in new:
        assert answer.status == 200
        words = answer.body.decode()
        assert words.index("call 9 1 1") < words.index("llame al 9 1 1")
        assert words.index("call again in a few minutes") < words.index("Vuelva a llamar")
        assert "<Gather" not in words
        assert words.endswith("<Hangup /></Response>")
    assert refused() == before + len(new)


async def test_after_an_overload_every_connection_is_back(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who waited too long hear the fallback; the next caller is served at once."""
    monkeypatch.setattr(bounded_pool.BoundedPool, "wait_seconds", 0.2)
    await load.post("/voice/incoming", 0)
    for _ in range(2):
        answers = await asyncio.gather(
            *(load.post(_TURN, 0, Digits="1") for _ in range(256)),
            *(load.post("/voice/incoming", 1 + call) for call in range(128)),
        )
        assert {answer.status for answer in answers} == {200}
    assert load.figure("waiting") == 0
    assert load.figure("available") == load.figure("size") == CONNECTIONS
    assert b"at=greeting" in (await load.post("/voice/incoming", 2000)).body


def full(used: float, seconds: float, steps: int) -> bool:
    """Whether a process turns a call away that computed `used` of so many seconds, evenly."""
    computed, now = [0.0], [0.0]
    pool: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    admits = Admission(pool, lambda: computed[0], lambda: now[0])
    admitted = True
    for _ in range(steps):
        computed[0] += used / steps
        now[0] += seconds / steps
        admitted = admits.admits()
    return not admitted


def test_a_process_that_computes_all_the_time_takes_no_new_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A busy moment does not count, several seconds do, however often new calls come."""
    monkeypatch.setattr(admission, "KNOWN_CALLS", float("inf"))
    for steps in (1, 7, 1000):
        assert not full(1.0, 1.0, steps)
        assert full(30.0, 30.0, steps)
        assert not full((MAX_LOAD - 0.05) * 60, 60.0, steps)
        assert full((MAX_LOAD + 0.05) * 60, 60.0, steps)
    assert full(2 * AVERAGED_SECONDS, 2 * AVERAGED_SECONDS, 10)


def test_a_process_that_waits_for_a_processor_is_busy() -> None:
    """What other programs use is missing for calls, however little the line computes."""
    allowed = os.sched_getaffinity(0)
    one = {min(allowed)}
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        os.sched_setaffinity(other.pid, one)
        os.sched_setaffinity(0, one)
        busy, computed = busy_seconds(), time.process_time()
        while time.process_time() - computed < 0.2:
            pass
        assert busy_seconds() - busy > 1.2 * (time.process_time() - computed)
    finally:
        os.sched_setaffinity(0, allowed)
        other.kill()
        other.wait()
