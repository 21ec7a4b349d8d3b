"""A line with the staff page, a visit, and three open call-backs."""

import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock, confirmed, span
from support.staff_page import Staff, staff_of, with_staff_page

from calendar_sync.bookings import call_backs, free_times
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.sync.insert import insert
from voice.bootstrap import Line, line_on
from voice.settings import Settings


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock) -> Line:
    """A line without a worker."""
    line = with_staff_page(line_on(Settings.load("demo"), database, now))
    await free_times.refresh(line.clinic)
    await insert(line.clinic, await confirmed(line.clinic, span("2026-12-01 09:00")))
    wanted = (
        ("CA2", "+14255550188", "es", Reason.ASKED_FOR_PERSON, ""),
        ("CA3", None, "en", Reason.NO_OPEN_TIME, ""),
        ("CA4", "+12065550177", "en", Reason.SAFETY_STOP, "chest"),
    )
    for sid, number, language, reason, detail in wanted:
        async with database.connection() as conn:
            await call_backs.request(conn, call_backs.Caller(sid, number, language), reason, detail)
    async with database.connection() as conn:
        await conn.execute(
            "INSERT INTO call (sid, outcome, ended_at) VALUES"
            " ('CA2', 'call-back: asked for a person', now()), ('CA4', 'hung up', now())"
        )
    return line


@pytest_asyncio.fixture
async def staff(line: Line) -> Staff:
    """Staff who are signed in."""
    return await staff_of(line)
