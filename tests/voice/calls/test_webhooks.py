"""What the line answers to each Twilio webhook."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, LiteralString
from xml.etree import ElementTree as ET

import pytest
from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.calls.webhooks import voice_routes
from voice.flows.clinical_wording import BEFORE_BOOKING, CALL_911, SafetyQuestion, Stop
from voice.language import Language
from voice.logs import write_logs
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, InProcess

SID = "CA" + "7" * 32
Posts = Callable[..., Awaitable[Answer]]


def posts_to(line: Line) -> Posts:
    """Post as Twilio does, one request: ``await post("/voice/turn?at=x", Digits="1")``."""
    base, [token] = line.settings.public_base_url, line.settings.tokens
    way = InProcess(create_app(line), base, token)

    async def go(path: str, sid: str = SID, **fields: str) -> Answer:
        form = {**dict(CallerId("+14255550123", call_sid=sid).fields("in-progress")), **fields}
        return await way(base + path, list(form.items()))

    return go


@pytest.fixture
def post(line: Line) -> Posts:
    """To a line that works."""
    return posts_to(line)


@pytest.fixture
def post_without_database() -> Posts:
    """Post to a line without its database, and so without calendar and jobs."""
    away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    return posts_to(line_on(Settings.load("demo"), away))


def words(answer: Answer) -> str:
    """All spoken text in a document."""
    assert answer.status == 200
    assert answer.content_type.startswith("text/xml")
    root = ET.fromstring(answer.body)  # noqa: S314  # our own
    return " ".join("".join(say.itertext()) for say in root.iter("Say"))


async def rows(line: Line, table: LiteralString) -> int:
    """The number of rows in a table."""
    async with line.pool.connection() as conn:
        [count] = await (await conn.execute(f"SELECT count(*) FROM {table}")).fetchone() or [0]  # noqa: S608  # our own names
        return int(count)


async def test_every_route_of_twilios_refuses_what_is_not_signed(line: Line) -> None:
    """An unsigned request gets 403, has no effect and logs one line, on every route."""
    app = create_app(line)
    voice = [route.path for route in voice_routes(line)]
    assert len(voice) >= 6
    forged = InProcess(app, line.settings.public_base_url, "another token")
    for path in voice:
        fields = CallerId("+14255550123").fields("ringing")
        answer = await forged(line.settings.public_base_url + path, fields)
        assert (answer.status, answer.body) == (403, b"")
    assert await rows(line, "call") == 0
    assert await rows(line, "journal") == 0


async def test_another_account_is_refused_even_when_signed(post: Posts) -> None:
    """A valid signature for another account is refused."""
    assert (await post("/voice/incoming", AccountSid="AC" + "1" * 32)).status == 403


async def test_a_body_of_more_than_64_kilobytes_is_refused(post: Posts) -> None:
    """No request of Twilio's is as long."""
    assert (await post("/voice/incoming", Extra="x" * 70_000)).status == 403


@pytest.mark.parametrize("digits", [*"0123456789*#", "", "12345678901", "abc", "\uff11", "1;2"])
@pytest.mark.parametrize("step", ["greeting", "safety.chest", "foot.pain", "no.such.step", "<x>"])
async def test_any_signed_request_gets_twiml(post: Posts, step: str, digits: str) -> None:
    """Any signed request gets 200 and a document, whatever its fields."""
    await post("/voice/incoming")
    assert words(await post(f"/voice/turn?at={step}&turn=0&in=en", Digits=digits))


@pytest.mark.parametrize("number", ["%D9%A0", "%EF%BC%90", "-0", "0000", ""])
async def test_a_turn_has_ascii_digits(post: Posts, line: Line, number: str) -> None:
    """Digits of other scripts are not accepted, and the question is repeated."""
    first = await post("/voice/incoming")
    kept = await rows(line, "journal")
    assert await post(f"/voice/turn?at=greeting&turn={number}&in=en", Digits="1") == first
    assert await rows(line, "journal") == kept


async def test_a_call_that_nobody_knows_begins_anew(post: Posts) -> None:
    """A key press in a call without a journal starts the call from the greeting."""
    heard = words(await post("/voice/turn?at=safety.chest&turn=0&in=en", Digits="2"))
    assert "BodyFix Physical Therapy" in heard
    await post("/voice/turn?at=greeting&turn=0&in=en", Digits="1")
    heard = words(await post("/voice/turn?at=greeting&turn=0&in=en", Digits="1"))
    assert "chest pain" in heard


@pytest.mark.parametrize("field", ["CallSid", "From", "To", "CallStatus"])
async def test_an_empty_field_is_no_reason_to_fail(post: Posts, field: str) -> None:
    """Empty fields and missing caller numbers are accepted."""
    assert words(await post("/voice/incoming", **{field: ""}))


async def test_a_webhook_that_comes_twice_changes_nothing(post: Posts, line: Line) -> None:
    """A repeated webhook, even with another key, gets the same answer and changes no row."""
    await post("/voice/incoming")
    first = await post("/voice/turn?at=greeting&turn=0&in=en", Digits="1")
    kept = await rows(line, "journal")
    assert await post("/voice/turn?at=greeting&turn=0&in=en", Digits="1") == first
    assert await post("/voice/turn?at=greeting&turn=0&in=en", Digits="2") == first
    assert await rows(line, "journal") == kept


async def test_a_no_after_a_stored_yes_changes_nothing(post: Posts) -> None:
    """The first answer wins, so the advice stays."""
    await post("/voice/incoming")
    await post("/voice/turn?at=greeting&turn=0&in=en", Digits="1")
    advice = words(await post("/voice/turn?at=safety.chest&turn=0&in=en", Digits="1"))
    again = words(await post("/voice/turn?at=safety.chest&turn=0&in=en", Digits="2"))
    assert advice == again
    assert "call 9 1 1" in advice


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("question", BEFORE_BOOKING, ids=lambda question: question.name)
async def test_the_advice_needs_no_database(
    post_without_database: Posts, question: SafetyQuestion, language: Language
) -> None:
    """Yes and not sure get their advice, twice and in the caller's language, without a database."""
    post = post_without_database
    assert isinstance(question.then, Stop)
    for digits in "13":
        heard = words(
            await post(f"/voice/turn?at=safety.{question.name}&turn=0&in={language}", Digits=digits)
        )
        first = question.then.advice.words.spoken_in(language).split(".")[0]
        assert heard.count(first) == 2
        assert "staff" not in heard


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_fallback_reads_the_step_from_the_address_that_failed(
    post: Posts, post_without_database: Posts, language: Language
) -> None:
    """The step comes from Twilio's ErrorUrl; a yes and later steps get their own advice."""
    advice = CALL_911.words.spoken_in(language)
    base = "https://line.example/voice/turn?turn=0&in="
    for posts in (post, post_without_database):
        for step, digits in (
            ("safety.chest", "1"),
            ("advice.chest.keys", ""),
            ("safety.stroke", ""),
        ):
            told = {"ErrorCode": "11200", "ErrorUrl": f"{base}{language}&at={step}#rc=2"}
            heard = words(await posts("/voice/fallback", Digits=digits, **told))
            assert heard.endswith(advice.replace("\u00a6", "")), (step, heard)


async def test_without_a_database_a_caller_hears_who_to_turn_to(
    post_without_database: Posts,
) -> None:
    """The caller hears what to do in an emergency, and nothing false about a booking."""
    post = post_without_database
    for path in ("/voice/incoming", "/voice/turn?at=confirm&turn=0&in=en", "/voice/fallback"):
        heard = words(await post(path, Digits="1"))
        assert heard.index("call 9 1 1") < 110
        assert "If I have not said that you are booked, please call again" in heard
        assert "nothing is booked" not in heard


async def test_the_end_of_a_call_is_kept(post: Posts, line: Line) -> None:
    """The way a call ended is stored once, whatever callbacks follow."""
    await post("/voice/incoming")
    await post("/voice/status", CallStatus="completed")
    await post("/voice/status", CallStatus="failed")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT status, outcome, ended_at IS NOT NULL FROM call")
        assert await rows.fetchall() == [("completed", "hung up", True)]


async def test_no_answer_and_no_number_is_in_the_log(
    post: Posts,
    post_without_database: Posts,
    line: Line,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Neither a stopped call nor a failed one leaves answers or numbers in the log."""
    write_logs("json")
    caplog.set_level(logging.DEBUG)
    await post("/voice/incoming")
    await post("/voice/turn?at=greeting&turn=0&in=en", Digits="1")
    await post("/voice/turn?at=safety.chest&turn=0&in=en", Digits="1")
    async with line.pool.connection() as conn:
        assert len(await call_backs.open_requests(conn)) == 1
    await post_without_database("/voice/turn?at=advice.chest.keys&turn=0&in=en", Digits="1")
    logged = caplog.text + "".join(capsys.readouterr())
    assert "4255550123" not in logged
    assert "Digits" not in logged


async def test_reading_a_route_is_no_way_in(line: Line) -> None:
    """A GET request is refused without revealing anything."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/voice/incoming",
        "raw_path": b"/voice/incoming",
        "query_string": b"",
        "headers": [],
    }
    await create_app(line)(scope, receive, send)
    assert sent[0]["status"] == 405
