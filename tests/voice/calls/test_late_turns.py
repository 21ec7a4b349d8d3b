"""Signed requests about a call that ended long ago change nothing and are counted."""

from collections.abc import Awaitable, Callable
from xml.etree import ElementTree as ET

import pytest
from structlog.testing import capture_logs

from voice import refusals
from voice.app import create_app
from voice.bootstrap import Line
from voice.refusals import REFUSED
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, InProcess

SID = "CA" + "8" * 32
WHY = "about a call that ended over a day ago"
Posts = Callable[..., Awaitable[Answer]]


@pytest.fixture
def post(line: Line) -> Posts:
    """Post what Twilio signed, about one call."""
    base, [token] = line.settings.public_base_url, line.settings.tokens
    way = InProcess(create_app(line), base, token)

    async def go(path: str, **fields: str) -> Answer:
        form = {**dict(CallerId("+14255550123", call_sid=SID).fields("in-progress")), **fields}
        return await way(base + path, list(form.items()))

    return go


async def stored(line: Line) -> list[object]:
    """All that a call can leave behind, but for its end."""
    found = list[object]()
    async with line.pool.connection() as conn:
        for table in ("journal", "booking", "call_back", "call", "procrastinate_jobs"):
            rows = await conn.execute(f"SELECT * FROM {table}".encode())  # noqa: S608  # a constant
            found.append(sorted(map(repr, await rows.fetchall())))
    return found


async def end(line: Line, post: Posts, ago: str) -> None:
    """A call keys its language, and ended so long ago."""
    await post("/voice/incoming")
    await post("/voice/turn?at=greeting&turn=0", Digits="1")
    await post("/voice/status", CallStatus="completed")
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE call SET ended_at = now() - %s::interval", [ago])


REPLAYED = [
    ("/voice/turn?at=greeting&turn=0", {"Digits": "1"}),
    ("/voice/turn?at=greeting&turn=1", {"Digits": "2"}),
    ("/voice/turn?at=times.choose&turn=0", {"Digits": "1"}),
    ("/voice/turn?at=person.ring&turn=0", {"DialCallStatus": "no-answer"}),
    ("/voice/turn", {"Digits": "0"}),
    ("/voice/incoming", {}),
]


async def test_a_turn_of_an_old_call_has_no_effect_and_is_counted(
    line: Line, post: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it keys, new or repeated: an empty document, one count each, one log line."""
    await end(line, post, "25 hours")
    before, counted = await stored(line), REFUSED.labels(WHY)._value.get()  # noqa: SLF001
    monkeypatch.setattr(refusals, "_LOG", refusals._Log())  # noqa: SLF001  # a fresh one
    with capture_logs() as logs:
        for path, fields in REPLAYED:
            answer = await post(path, **fields)
            assert answer.status == 200
            assert list(ET.fromstring(answer.body)) == []  # noqa: S314  # our own
    assert await stored(line) == before
    assert REFUSED.labels(WHY)._value.get() == counted + len(REPLAYED)  # noqa: SLF001
    assert [each["counts"] for each in logs if each["event"] == "requests refused"] == [{WHY: 1}]


async def test_a_late_turn_of_the_same_day_still_gets_its_document(line: Line, post: Posts) -> None:
    """Twilio may post late or twice: the caller hears the same words."""
    await post("/voice/incoming")
    first = await post("/voice/turn?at=greeting&turn=0", Digits="1")
    await post("/voice/status", CallStatus="completed")
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE call SET ended_at = now() - interval '23 hours'")
    again = await post("/voice/turn?at=greeting&turn=0", Digits="1")
    assert (again.status, again.body) == (200, first.body)
