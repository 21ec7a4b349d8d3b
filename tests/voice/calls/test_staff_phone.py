"""A caller hangs up while the clinic's phone rings, or the clinic's phone forwarded the call."""

import re
from collections.abc import Awaitable, Callable

import pytest
from support.clinic import SetClock

from calendar_sync.bookings import call_backs
from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import InProcess

Post = Callable[..., Awaitable[str]]
STAFF = "+14255550142"


@pytest.fixture
def post(line: Line, now: SetClock) -> Post:
    """Post as Twilio does during opening hours; return the document."""
    now.forward(hours=2)
    base, [token] = line.settings.public_base_url, line.settings.tokens
    way = InProcess(create_app(line), base, token)
    who = CallerId("+14255550123")

    async def go(path: str, **fields: str) -> str:
        answer = await way(base + path, [*{**dict(who.fields("in-progress")), **fields}.items()])
        return answer.body.decode()

    return go


def action(document: str) -> str:
    """The action URL of a document."""
    found = re.search(r'action="([^"]+)"', document)
    assert found
    return found[1].replace("&amp;", "&")


async def asked(line: Line) -> list[tuple[str | None, str]]:
    """The numbers that staff should call, with the reasons."""
    async with line.pool.connection() as conn:
        return [(each.number, each.reason) for each in await call_backs.open_requests(conn)]


@pytest.mark.parametrize("dialed", ["no-answer", "canceled", "completed", "busy", "failed"])
async def test_who_hangs_up_while_it_rings_is_called_back(
    post: Post, line: Line, dialed: str
) -> None:
    """A caller who hangs up while it rings is called back, whatever the other leg's status."""
    ringing = await post(action(await post("/voice/incoming")), Digits="0")
    assert "<Dial" in ringing
    for _ in range(2):
        await post(action(ringing), DialCallStatus=dialed, CallStatus="completed")
    assert await asked(line) == [("+14255550123", "asked for a person")]


async def test_who_was_connected_or_is_still_there_is_not(post: Post, line: Line) -> None:
    """A caller who talked to staff, or is still on the line, is not called back."""
    ringing = await post(action(await post("/voice/incoming")), Digits="0")
    there = {"DialCallStatus": "completed", "DialBridged": "true", "CallStatus": "completed"}
    await post(action(ringing), **there)
    assert await asked(line) == []


async def test_who_is_still_there_is_asked(post: Post, line: Line) -> None:
    """A caller still on the line gets a call-back only on request."""
    ringing = await post(action(await post("/voice/incoming")), Digits="0")
    asks = await post(action(ringing), DialCallStatus="no-answer", CallStatus="in-progress")
    assert "To have our staff call you" in asks
    assert await asked(line) == []


@pytest.mark.parametrize(
    ("caller", "forwarded_by", "stored"),
    [
        ("+14255550123", STAFF, "+14255550123"),
        ("+14255550123", "+14255550177", "+14255550123"),
        ("+14255550177", "+14255550177", None),
        (STAFF, "", None),
        ("+14255550150", "", None),
        ("+14252025687", "", None),
    ],
)
async def test_a_phone_that_forwards_is_never_rung(
    post: Post, line: Line, caller: str, forwarded_by: str, stored: str | None
) -> None:
    """A phone that forwards calls is not rung, and the caller's own number is kept if shown."""
    fields = {"From": caller, **({"ForwardedFrom": forwarded_by} if forwarded_by else {})}
    begun = await post("/voice/incoming", **fields)
    assert "<Dial" not in await post(action(begun), Digits="0", **fields)
    async with line.pool.connection() as conn:
        row = await (await conn.execute("SELECT caller FROM call")).fetchone()
    assert row == (stored,)


async def test_a_call_that_says_it_was_forwarded_by_the_line_itself_rings(post: Post) -> None:
    """A ForwardedFrom of the line's own number, as some carriers send, does not count."""
    begun = await post("/voice/incoming", ForwardedFrom="+14252025687")
    assert "<Dial" in await post(action(begun), Digits="0")
