"""A turn waits for whoever works on the same booking, instead of failing at once."""

import asyncio

import pytest
from psycopg import AsyncConnection
from support.caller import Caller
from support.keypad import answers_safety, answers_triage

from calendar_sync.bookings.booking import bookings_of_call
from calendar_sync.private_fields import Lookup
from voice.bootstrap import Line
from voice.calls import engine

_WAITING = """
SELECT backend_start, query_start FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def _waits_again(conn: AsyncConnection) -> None:
    """Until two statements, one after the other, have waited for a lock."""
    seen = set[tuple[object, ...]]()
    while len(seen) < 2:
        seen.update(await (await conn.execute(_WAITING)).fetchall())
        await asyncio.sleep(0.02)


async def _chooses_a_time(caller: Caller) -> None:
    await caller.presses("1")
    await answers_safety(caller)
    await answers_triage(caller)
    await caller.presses("1")


async def _is_booked(caller: Caller) -> None:
    await _chooses_a_time(caller)
    await caller.presses("1").hears("You are booked").stays_silent()
    await caller.hears("One more, for your visit.")


async def test_an_answer_is_stored_after_a_wait(
    caller: Caller, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job has locked the visit for longer than one statement waits: the caller hears nothing."""
    monkeypatch.setattr(engine, "LOCKED_SECONDS", 60)  # a busy machine may be slow to unlock it
    await _is_booked(caller)
    async with line.pool.connection() as other, line.pool.connection() as conn:
        async with other.transaction():
            await other.execute("SELECT FROM booking FOR UPDATE")
            answer = asyncio.ensure_future(caller.presses("2").hears("text you about this visit"))
            await asyncio.wait_for(_waits_again(conn), 60)
        await asyncio.wait_for(answer, 60)
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    assert "no" in dict(booking.chart).values()


async def test_a_row_that_stays_locked_ends_in_the_fallback_response(
    caller: Caller, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tries are bounded, so the caller is not kept in silence."""
    monkeypatch.setattr(engine, "LOCKED_SECONDS", 0.1)
    await _is_booked(caller)
    async with line.pool.connection() as other, other.transaction():
        await other.execute("SELECT FROM booking FOR UPDATE")
        await asyncio.wait_for(caller.presses("2").hears("Something went wrong"), 60)


async def test_a_visit_code_that_another_visit_gets_at_this_moment_is_drawn_again(
    caller: Caller, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither sees the other's code before one of them has it."""
    monkeypatch.setattr(engine, "LOCKED_SECONDS", 20)
    codes = ["000007"]

    def last_code(_: int) -> int:
        return int(codes[-1])

    monkeypatch.setattr("secrets.randbelow", last_code)
    await _chooses_a_time(caller)
    async with line.pool.connection() as other, line.pool.connection() as conn:
        async with other.transaction():
            await other.execute(
                "INSERT INTO booking (call_sid, step, during, state, visit_code, expires_at) VALUES"
                " ('CA-other', 'hold', '[2031-01-01, 2031-01-02)', 'held', %s, now())",
                [Lookup(codes[0])],
            )
            answer = asyncio.ensure_future(caller.presses("1").hears("You are booked"))
            await asyncio.wait_for(_waits_again(conn), 60)
            codes.append("000008")
        await asyncio.wait_for(answer, 60)
        [booking] = await bookings_of_call(conn, caller.who.call_sid)
    assert booking.visit_code == "000008"
