"""Finds current problems of the line and describes them for its operator, without patient data."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from calendar_sync.availability.opening_hours import Rules, next_opening_time
from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.clinic import Clinic
from voice.worker import a_worker_is_up

Code = Literal["database", "worker", "google sign-in", "calendar", "call-backs", "texts", "disk"]
CALENDAR_UNREAD = timedelta(minutes=15)
UNSEEN = timedelta(minutes=30)
"""How far into the opening hours a call-back may wait before an alert is sent."""
FAILED_TEXTS = 3
"""Texts that failed within an hour; one number that cannot be reached is no alert."""
DISK_LEFT = 0.15
"""Share of the disk that should be free."""
_GOOGLE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what happened, and what to do."""

    code: Code
    text: str


async def find_problems(clinic: Clinic, data_dir: Path | None) -> list[Problem]:
    """Everything that is wrong now. `data_dir` is the embedded database's, None for another one.

    A database that does not answer is the only problem that is told then: the rest is unknown.
    """
    found = [] if data_dir is None else _disk(data_dir)
    now = clinic.now()
    try:
        if not await a_worker_is_up(clinic.pool):
            found.append(
                Problem("worker", "No worker is running: nothing is booked. Start it again.")
            )
        async with clinic.pool.connection() as conn:
            unread = await _is_unread(conn, clinic, now)
            found += await _call_backs(conn, clinic.rules, now)
            found += await _texts(conn, now)
    except (psycopg.Error, PoolTimeout):
        return [
            Problem("database", "The database does not answer: nobody can book. Start it again.")
        ]
    return found + (await _calendar(clinic, now) if unread else [])


async def _is_unread(conn: AsyncConnection, clinic: Clinic, now: datetime) -> bool:
    """Whether a therapist's calendar is; one whom the settings do not name any more has none."""
    rows = await conn.execute(
        "SELECT EXISTS (SELECT FROM busy_times WHERE read_at < %s AND clinician_id = ANY (%s))",
        [now - CALENDAR_UNREAD, [each.clinician_id for each in clinic.each]],
    )
    return await rows.fetchone() == (True,)


async def _calendar(clinic: Clinic, now: datetime) -> list[Problem]:
    """Ask the calendar once more, to tell why."""
    asked = [await each.calendar.busy(Span(now, now + _GOOGLE)) for each in clinic.each]
    why = next((each.why for each in asked if isinstance(each, Unknown)), "it answers again")
    if "sign-in" in why or " 401" in why:
        text = (
            "The sign-in at Google has ended: nobody can book. "
            "Run screening-line authorize-google again."
        )
        return [Problem("google sign-in", text)]
    text = (
        f"The calendar was not read for 15 minutes ({why}): no times are offered. "
        "Run screening-line check."
    )
    return [Problem("calendar", text)]


async def _call_backs(conn: AsyncConnection, rules: Rules, now: datetime) -> list[Problem]:
    rows = await conn.execute("SELECT asked_at FROM call_back WHERE done_at IS NULL")
    openings = [next_opening_time(rules, asked_at) for (asked_at,) in await rows.fetchall()]
    overdue = [each for each in openings if each and each + UNSEEN <= now]
    if not overdue:
        return []
    text = (
        f"{len(overdue)} call-back requests have waited for more than 30 minutes of opening hours. "
        "They are in the calendar, and in screening-line callbacks."
    )
    return [Problem("call-backs", text)]


async def _texts(conn: AsyncConnection, now: datetime) -> list[Problem]:
    rows = await conn.execute(
        "SELECT (SELECT count(*) FROM text_alarm),"
        " (SELECT count(*) FROM text WHERE state = 'failed' AND due > %s)",
        [now - timedelta(hours=1)],
    )
    alarms, failed = await rows.fetchone() or (0, 0)
    if not alarms and failed < FAILED_TEXTS:
        return []
    text = "Texts do not reach patients; staff are asked to call them. Run screening-line check."
    return [Problem("texts", text)]


def _disk(folder: Path) -> list[Problem]:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return []
    if usage.free >= DISK_LEFT * usage.total:
        return []
    left = 100 * usage.free // usage.total
    text = f"{left} % of the disk is free. Make room before the database stops."
    return [Problem("disk", text)]
