"""Callers are answered in time when the database accepts connections but never responds."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
import structlog
from structlog.testing import capture_logs
from support.frozen_database import FreezableProxy, freezable

from voice import background
from voice.app import create_app
from voice.bootstrap import line_on
from voice.database.connection import open_pool
from voice.flows.clinical_wording import BEFORE_BOOKING, CALL_911
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, InProcess

LIMIT = 0.5
"""Seconds that an answer may take here; psycopg alone would wait for 10 more."""
_TURN = "/voice/turn?at=greeting&turn=0&in=en"


class Frozen:
    """The line with a database that can freeze."""

    def __init__(self, proxy: FreezableProxy, post: InProcess) -> None:
        self.proxy, self._post = proxy, post

    async def post(self, path: str, **more: str) -> tuple[Answer, float]:
        """Post a request as Twilio does; return the response and the seconds that it took."""
        loop = asyncio.get_running_loop()
        fields = dict(CallerId("+14255550123", call_sid="CA" + "6" * 32).fields("in-progress"))
        began = loop.time()
        answer = await self._post(self._post.base_url + path, [*{**fields, **more}.items()])
        return answer, loop.time() - began


@pytest_asyncio.fixture
async def frozen(migrated: str, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Frozen]:
    """A line whose database can freeze."""
    for module in ("voice.calls.webhooks", "voice.texts.webhooks", "voice.google_webhook"):
        monkeypatch.setattr(f"{module}.ANSWER_SECONDS", LIMIT)
    async with freezable(migrated) as (proxy, dsn), open_pool(dsn, size=4) as pool:
        settings = Settings.load("demo")
        app = create_app(line_on(settings, pool))
        yield Frozen(proxy, InProcess(app, settings.public_base_url, settings.tokens[0]))
        await _thawed(proxy)


async def _thawed(proxy: FreezableProxy) -> None:
    """The database responds again, and waiting work is finished."""
    proxy.thaw()
    if late := list(background._LATE):  # noqa: SLF001  # what still waits
        await asyncio.wait(late, timeout=5)


async def test_a_danger_sign_gets_its_advice_in_time(frozen: Frozen) -> None:
    """The answer leaves while the statement still waits, without waiting for its cancellation."""
    await frozen.post("/voice/incoming")
    frozen.proxy.freeze()
    chest = BEFORE_BOOKING[0]
    answer, took = await frozen.post(f"/voice/turn?at=safety.{chest.name}&turn=0&in=en", Digits="1")
    assert CALL_911.words.en.split(".")[0] in answer.body.decode()
    assert took < LIMIT + 1


async def test_every_connection_comes_back(frozen: Frozen) -> None:
    """After more frozen callers than connections, the next caller is served at once."""
    await frozen.post("/voice/incoming")
    frozen.proxy.freeze()
    answers = await asyncio.gather(*(frozen.post(_TURN) for _ in range(12)))
    assert all(answer.status == 200 and took < LIMIT + 1 for answer, took in answers)
    await _thawed(frozen.proxy)
    for _ in range(6):
        answer, took = await frozen.post(_TURN)
        assert b"at=summary" in answer.body
        assert took < LIMIT


async def test_a_text_with_an_emergency_is_answered_in_time(frozen: Frozen) -> None:
    """A text about an emergency is answered without the database."""
    frozen.proxy.freeze()
    text = {"MessageSid": "SM" + "6" * 32, "Body": "chest pain"}
    answer, took = await frozen.post("/sms/incoming", **text)
    assert b"911" in answer.body
    assert took < LIMIT + 1


async def test_a_report_of_a_text_is_asked_for_again(frozen: Frozen) -> None:
    """A status callback gets 503 in time, so Twilio repeats it."""
    frozen.proxy.freeze()
    status = {"MessageSid": "SM" + "6" * 32, "MessageStatus": "delivered"}
    answer, took = await frozen.post("/sms/status?text=1", **status)
    assert answer.status == 503
    assert took < LIMIT + 1


async def test_a_status_that_cannot_be_stored_is_one_line_in_the_log(
    frozen: Frozen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log line has the call SID, by which its end can be looked up at Twilio."""
    # A logger that an earlier test has used keeps the processors of that time.
    monkeypatch.setattr("voice.calls.webhooks.log", structlog.get_logger())
    frozen.proxy.freeze()
    with capture_logs() as logs:
        await frozen.post("/voice/status", CallStatus="completed")
    [line] = logs
    assert line["call"] == "CA" + "6" * 32
