"""What happens at once in two processes is counted one after the other."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from psycopg import AsyncConnection
from support.clinic import NOTE, confirmed, hold, span
from support.returning import PATIENT

from calendar_sync.bookings import confirmation
from voice.booking_limits import before_hold, may_book
from voice.bootstrap import Line
from voice.limits import limits_of, may_change_visit, may_try_code

Counts = Callable[[AsyncConnection, Line], Awaitable[object]]


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


async def _hold(conn: AsyncConnection, line: Line) -> object:
    allowed = limits_of(line.settings)
    assert allowed
    return await before_hold(conn, allowed, "CA1", None, line.now())


async def _try_code(conn: AsyncConnection, line: Line) -> object:
    return await may_try_code(conn, line.settings, "CA1", "code", line.now())


async def _change_visit(conn: AsyncConnection, line: Line) -> object:
    visit = await (await conn.execute("SELECT min(id) FROM booking")).fetchone()
    assert visit
    return await may_change_visit(conn, line.settings, visit[0], line.now())


@pytest.mark.parametrize("counts", [_hold, _try_code, _change_visit])
async def test_the_second_is_counted_when_the_first_has_committed(
    line: Line, counts: Counts
) -> None:
    """Holding a time, keying a visit code, and changing a visit on its page."""
    await confirmed(line.clinic, span("2026-12-01 09:00"), "CA1")

    async def elsewhere() -> None:
        async with line.pool.connection() as conn, conn.transaction():
            await counts(conn, line)

    async with line.pool.connection() as conn, conn.transaction():
        await counts(conn, line)
        other = asyncio.create_task(elsewhere())
        assert await asyncio.wait({other}, timeout=0.1) == (set(), {other})
    await other
