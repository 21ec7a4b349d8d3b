"""Callers are answered in time when the database accepts connections but never responds."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from structlog.testing import capture_logs
from support.data_key import CIPHER
from support.frozen_database import FreezableProxy, freezable

from calendar_sync.bookings import call_backs
from voice import background, routing
from voice.app import create_app
from voice.bootstrap import line_on
from voice.clock import utc_now
from voice.database.connection import open_pool
from voice.flows.clinical_wording import BEFORE_BOOKING, Stop
from voice.language import Language
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, InProcess

LIMIT, IN_TIME = 0.5, 8.0
"""Seconds that an answer may take while the database is down, and what a slow machine may add to it
at most; psycopg alone would wait for 10 more."""
_TURN = "/voice/turn?at=greeting&turn=0&in=en"


AT_A_STOP = (
    ("safety.{name}", "1"),
    ("advice.{name}.keys", "1"),
    ("advice.{name}.keys", "0"),
    ("advice.{name}.keys", "5"),
    ("advice.{name}.keys", ""),
    ("advice.{name}.number.optional", "4254440199"),
    ("advice.{name}.person.after_stop", "1"),
)
"""Steps of a stop, and what is pressed there."""


def turn_of(step: str, language: Language) -> str:
    """The address of the step's first attempt."""
    return f"/voice/turn?at={step}&turn=0&in={language}"


class Frozen:
    """The line with a database that can freeze or stop."""

    def __init__(self, proxy: FreezableProxy, post: InProcess, pool: AsyncConnectionPool) -> None:
        self._proxy, self._post, self.pool = proxy, post, pool
        self.caller = CallerId("+14255550123")
        self._limits = pytest.MonkeyPatch()

    def fails(self, down: str = "frozen") -> None:
        """Freeze the database, or stop it; from now on answers have little time."""
        for module in ("voice.calls.webhooks", "voice.texts.webhooks"):
            self._limits.setattr(f"{module}.ANSWER_SECONDS", LIMIT)
        if down == "frozen":
            self._proxy.freeze()
        else:
            self._proxy.stop()

    async def thaws(self) -> None:
        """The database responds again, waiting work is finished, and answers have their time."""
        self._limits.undo()
        self._proxy.thaw()
        if late := list(background._LATE):  # noqa: SLF001  # what still waits
            _, unfinished = await asyncio.wait(late, timeout=30)
            assert not unfinished

    async def post(self, path: str, **more: str) -> tuple[Answer, float]:
        """Post a request as Twilio does; return the response and the seconds that it took."""
        loop = asyncio.get_running_loop()
        fields = dict(self.caller.fields("in-progress"))
        began = loop.time()
        answer = await self._post(self._post.base_url + path, [*{**fields, **more}.items()])
        return answer, loop.time() - began


@pytest_asyncio.fixture
async def frozen(migrated: str) -> AsyncGenerator[Frozen]:
    """A line whose database can freeze."""
    async with freezable(migrated) as (proxy, dsn), open_pool(dsn, cipher=CIPHER, size=4) as pool:
        settings = Settings.load("demo")
        app = create_app(line_on(settings, pool))
        post = InProcess(app, settings.public_base_url, settings.tokens[0])
        line = Frozen(proxy, post, pool)
        try:
            yield line
        finally:
            await line.thaws()


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("down", ["frozen", "stopped"])
async def test_every_stop_gets_its_own_advice_in_time(
    frozen: Frozen, down: str, language: Language
) -> None:
    """At the danger sign, and at any key after it: the advice twice, then the call ends.

    The answer leaves while the statement waits. It promises no call and asks for no number.
    """
    await frozen.post("/voice/incoming")
    frozen.fails(down)
    asked = [(question, *at) for question in BEFORE_BOOKING for at in AT_A_STOP]
    answers = await asyncio.gather(
        *(
            frozen.post(turn_of(at.format(name=question.name), language), Digits=key)
            for question, at, key in asked
        )
    )
    for (question, _, _), (answer, took) in zip(asked, answers, strict=True):
        assert isinstance(question.then, Stop)
        advice = question.then.advice.words.spoken_in(language)
        document = re.sub(r"<break[^>]*/>", "", answer.body.decode())
        assert re.findall("<Say[^>]*>(.*?)</Say>", document) == [f"{advice} {advice}"]
        assert "<Gather" not in document
        assert took < IN_TIME


async def test_a_stop_in_a_call_that_nobody_knows_ends_in_its_advice(frozen: Frozen) -> None:
    """Such as after a restored backup: beginning anew would be weaker than the advice."""
    for question in BEFORE_BOOKING:
        assert isinstance(question.then, Stop)
        for at, key in (("safety.{}", "1"), ("safety.{}-1", "3"), ("advice.{}.keys", "0")):
            answer, _ = await frozen.post(turn_of(at.format(question.name), "es"), Digits=key)
            assert question.then.advice.words.es in answer.body.decode()
            assert b"<Gather" not in answer.body
        answer, _ = await frozen.post(turn_of(f"safety.{question.name}", "es"), Digits="2")
        assert b"at=greeting" in answer.body
        frozen.caller = CallerId("+14255550123")


async def test_a_stop_while_frozen_reaches_staff_late(frozen: Frozen) -> None:
    """The caller is promised nothing; staff see who was stopped once the database responds."""
    await frozen.post("/voice/incoming")
    await frozen.post(turn_of("greeting", "en"), Digits="1")
    *others, last = BEFORE_BOOKING
    for question in others:
        await frozen.post(turn_of(f"safety.{question.name}", "en"), Digits="2")
    frozen.fails()
    answer, _ = await frozen.post(turn_of(f"safety.{last.name}", "en"), Digits="1")
    assert b"staff" not in answer.body
    await frozen.thaws()
    async with frozen.pool.connection() as conn:
        waiting = await call_backs.open_requests(conn)
    asked = [each for each in waiting if each.call_sid == frozen.caller.call_sid]
    assert [(each.detail, each.number) for each in asked] == [(last.name, "+14255550123")]


async def test_every_connection_comes_back(frozen: Frozen) -> None:
    """After more frozen callers than connections, the next caller is served at once."""
    await frozen.post("/voice/incoming")
    frozen.fails()
    answers = await asyncio.gather(*(frozen.post(_TURN) for _ in range(12)))
    assert all(answer.status == 200 and took < IN_TIME for answer, took in answers)
    await frozen.thaws()
    async with AsyncExitStack() as every:
        for _ in range(frozen.pool.max_size):
            await every.enter_async_context(frozen.pool.connection())
    # Whoever needs a connection that is lost gets the fallback response, however long it may take.
    for _ in range(6):
        answer, _ = await frozen.post(_TURN)
        assert b"at=summary" in answer.body


async def test_a_text_with_an_emergency_is_answered_in_time(frozen: Frozen) -> None:
    """A text about an emergency is answered without the database."""
    frozen.fails()
    text = {"MessageSid": "SM" + "6" * 32, "Body": "chest pain"}
    answer, took = await frozen.post("/sms/incoming", **text)
    assert b"911" in answer.body
    assert took < IN_TIME


async def test_a_report_of_a_text_is_asked_for_again(frozen: Frozen) -> None:
    """A status callback gets 503 in time, so Twilio repeats it."""
    frozen.fails()
    status = {"MessageSid": "SM" + "6" * 32, "MessageStatus": "delivered"}
    answer, took = await frozen.post("/sms/status?text=1", **status)
    assert answer.status == 503
    assert took < IN_TIME


async def test_a_status_that_cannot_be_stored_is_one_line_in_the_log(
    frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log line has the call SID, by which its end can be looked up at Twilio."""
    # A logger that an earlier test has used keeps the processors of that time.
    monkeypatch.setattr("voice.calls.webhooks.log", structlog.get_logger())
    frozen.fails()
    with capture_logs() as logs:
        await frozen.post("/voice/status", CallStatus="completed")
    [line] = [line for line in logs if line["event"] != "turn"]
    assert line["call"] == frozen.caller.call_sid


async def test_a_switch_of_the_routing_while_frozen_counts_for_the_next_call(
    frozen: Frozen, migrated: str
) -> None:
    """Whoever calls meanwhile hears the emergency words; a call under way goes on as it began."""
    await frozen.post("/voice/incoming")
    under_way = frozen.caller
    frozen.fails()
    async with await AsyncConnection.connect(migrated, autocommit=True) as conn:
        await routing.switch(conn, routing.Switched("paused", utc_now(), None))
    frozen.caller = CallerId("+14255550124")
    meanwhile, took = await frozen.post("/voice/incoming")
    assert b"9 1 1" in meanwhile.body
    assert took < IN_TIME
    await frozen.thaws()
    frozen.caller = CallerId("+14255550125")
    after, _ = await frozen.post("/voice/incoming")
    assert b"at=routing.paused" in after.body
    frozen.caller = under_way
    answer, _ = await frozen.post(turn_of("greeting", "en"), Digits="1")
    assert f"at=safety.{BEFORE_BOOKING[0].name}".encode() in answer.body
