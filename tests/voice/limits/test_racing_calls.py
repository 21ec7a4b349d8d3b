"""Two calls of one number at once are counted one after the other."""

import asyncio

from psycopg import AsyncConnection
from support.clinic import NOTE, confirmed, hold, span
from support.returning import PATIENT

from calendar_sync.bookings import confirmation
from voice.booking_limits import may_book
from voice.bootstrap import Line
from voice.limits import limits_of


async def test_the_second_of_two_calls_waits_for_the_first_and_is_over_the_limit(
    line: Line,
) -> None:
    """With one visit there is room for one more, whichever of the two says yes first."""
    allowed = limits_of(line.settings)
    assert allowed
    await confirmed(line.clinic, span("2026-12-01 09:00"), "CA1")
    first = await hold(line.clinic, span("2026-12-01 10:00"), "CA2")
    second = await hold(line.clinic, span("2026-12-01 11:00"), "CA3")

    async def says_yes(conn: AsyncConnection, held: int) -> bool:
        if not await may_book(conn, allowed, PATIENT, held, line.now()):
            return False
        await confirmation.confirm(conn, held, NOTE)
        return True

    async def in_another_call() -> bool:
        async with line.pool.connection() as conn, conn.transaction():
            return await says_yes(conn, second)

    async with line.pool.connection() as conn, conn.transaction():
        assert await says_yes(conn, first)
        other = asyncio.create_task(in_another_call())
        assert await asyncio.wait({other}, timeout=0.1) == (set(), {other})
    assert not await other
