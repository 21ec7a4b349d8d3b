"""What a process does that runs one insert job; a test may kill it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import DOCTOR, SCREENINGS
from support.clinic import CHART_LABELS, PACIFIC, RULES
from support.data_key import CIPHER

from calendar_sync.calendars.google.calendar import GoogleCalendar
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from voice.database.connection import open_pool


def _now() -> datetime:
    return datetime(2026, 11, 30, 16, tzinfo=UTC)


def insert_one(dsn: str, file: Path, url: str, booking_id: int) -> None:
    """Insert the event of this booking at this Google."""
    asyncio.run(_insert_one(dsn, file, url, booking_id))


async def _insert_one(dsn: str, file: Path, url: str, booking_id: int) -> None:
    access = GoogleAccess(file, url, timeout=30)
    calendar = GoogleCalendar(access, SCREENINGS, (DOCTOR,), PACIFIC)
    async with open_pool(dsn, cipher=CIPHER, size=2) as pool:
        await insert(_clinic(pool, calendar), booking_id)


def _clinic(pool: AsyncConnectionPool, calendar: GoogleCalendar) -> Clinic:
    return Clinic(pool, calendar, RULES, _now, "full", CHART_LABELS, None)
