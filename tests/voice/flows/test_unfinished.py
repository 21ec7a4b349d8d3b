"""A caller who was lost is called back, or at least counted."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest
import pytest_asyncio
from psycopg.errors import DiskFull
from support.caller import Caller
from support.patients import Calls, To

from calendar_sync.bookings import call_backs
from voice.bootstrap import Line
from voice.calls import unfinished, webhooks
from voice.figures import figures

Ends = Callable[[Caller], Awaitable[None]]


@pytest.fixture(params=["count", "call-back"])
def line(line: Line, request: pytest.FixtureRequest) -> Line:
    """A line with either setting."""
    settings = line.settings.model_copy(update={"unfinished_calls": request.param})
    return replace(line, settings=settings)


@pytest_asyncio.fixture
async def asked(line: Line) -> Callable[[], Awaitable[list[tuple[str, str]]]]:
    """The open call-backs: language and reason."""

    async def read() -> list[tuple[str, str]]:
        async with line.pool.connection() as conn:
            found = await call_backs.open_requests(conn)
            return [(each.language, each.reason) for each in found]

    return read


@pytest.fixture
def ends(line: Line) -> Ends:
    """Hang up, and tell the line twice that the call has ended."""

    async def hang_up(caller: Caller) -> None:
        await caller.hangs_up()
        for _ in range(2):
            form = dict(caller.who.fields("completed"))
            await webhooks.status(line, form, None)  # type: ignore[arg-type]  # not looked at

    return hang_up


async def test_who_hangs_up_on_a_chosen_time_is_counted_or_called(
    calls: Calls, line: Line, to_the_times: To, ends: Ends, asked: Callable[[], Awaitable[object]]
) -> None:
    """The summary counts the call in both cases."""
    caller = await calls()
    await to_the_times(caller)
    await caller.presses("1").hears("To book it, press 1.")
    await ends(caller)
    wanted = [("en", "chose a time, and hung up before booking it")]
    called = line.settings.unfinished_calls == "call-back"
    assert await asked() == (wanted if called else [])
    async with line.pool.connection() as conn:
        [(began,)] = await (await conn.execute("SELECT began_at FROM call")).fetchall()
        found = await figures(conn, began, began + timedelta(days=1))
    assert found.hung_up == {"chose a time": 1}


async def test_who_hangs_up_after_zero_is_called(
    calls: Calls, ends: Ends, asked: Callable[[], Awaitable[object]]
) -> None:
    """Nobody answered, and no call-back was chosen yet; staff see the language."""
    caller = await calls()
    await caller.presses("9").presses("0").hears("oprima 1")
    await ends(caller)
    assert await asked() == [("es", "asked for a person")]


async def test_who_went_on_without_a_person_is_not_called(
    calls: Calls, ends: Ends, asked: Callable[[], Awaitable[object]]
) -> None:
    """They chose to go on; whether they ask again counts anew."""
    caller = await calls()
    await caller.presses("0").presses("2").hears("For a free video screening, press 1.")
    await ends(caller)
    assert await asked() == []
    again = await calls("+14255550124")
    await again.presses("0").presses("2").presses("0").hears("To have our staff call you")
    await ends(again)
    assert await asked() == [("en", "asked for a person")]


async def test_who_was_given_up_on_is_counted_or_called(
    calls: Calls, line: Line, ends: Ends, asked: Callable[[], Awaitable[object]]
) -> None:
    """With a known number, wrong keys lead to the call-back, so it is asked for once."""
    caller = await calls()
    await caller.presses("3").presses("3").presses("3")
    await caller.presses("3").presses("3").presses("3").hears_everything()
    await ends(caller)
    assert await asked() == [("en", "asked for a person")]
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE call SET outcome = 'gave up'")
        await conn.execute("DELETE FROM call_back")
    await ends(caller)
    gave_up = [("en", "pressed no key that the line could use, and the line ended the call")]
    assert await asked() == (gave_up if line.settings.unfinished_calls == "call-back" else [])


@pytest.mark.parametrize("number", ["+14255550123", ""])
async def test_who_had_a_danger_sign_when_the_request_could_not_be_stored_is_called(
    calls: Calls,
    ends: Ends,
    asked: Callable[[], Awaitable[list[tuple[str, str]]]],
    monkeypatch: pytest.MonkeyPatch,
    number: str,
) -> None:
    """The caller heard what to do; staff learn of it when the end of the call can be stored."""

    async def full(*_: object) -> None:
        raise DiskFull

    caller = await calls(number)
    await caller.presses("1").hears("chest pain")
    with monkeypatch.context() as while_full:
        while_full.setattr(call_backs, "request", full)
        await caller.presses("1").hears("Hang up and call 9 1 1 now.")
        assert await asked() == []
    await ends(caller)
    [(language, reason)] = await asked()
    assert (language, reason.partition(",")[0]) == ("en", "answered yes")


async def test_a_bug_in_a_flow_keeps_no_end_from_being_stored(
    calls: Calls, line: Line, ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the call held is released, and nobody looks it up at Twilio every minute."""

    def fails(*_: object) -> NoReturn:
        raise RuntimeError

    caller = await calls()
    await caller.presses("1").hears("chest pain")
    monkeypatch.setattr(unfinished, "replay", fails)
    await ends(caller)
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT FROM call WHERE ended_at IS NULL")
        assert await rows.fetchall() == []
