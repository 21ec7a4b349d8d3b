"""Measures how the line is: what the alerts compare with their limits, and the metrics show.

Nothing measured is about one person.
"""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from psycopg import AsyncConnection

from calendar_sync.availability.opening_hours import next_opening_time
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_entries import entries
from calendar_sync.clinic import Clinic
from voice.worker import a_worker_is_up

UNSEEN = timedelta(minutes=30)
"""How far into the opening hours a call-back may wait before it counts as unseen."""


@dataclass(frozen=True, slots=True)
class Measures:
    """How the line is now. `unread` is the age of the therapist's busy times read longest ago.

    Of the open call-back requests, `people` is whom they are about, `overdue` those of them that
    the list of staff marks so, and `unseen` the requests that waited through half an hour of
    opening hours. `failed_texts` counts the last hour, `text_alarms` what is wrong at Twilio.
    """

    worker_is_up: bool
    unread: timedelta
    people: int
    overdue: int
    unseen: int
    failed_texts: int
    text_alarms: int


async def measure(clinic: Clinic) -> Measures:
    """Ask the database. Raises psycopg.Error or PoolTimeout."""
    now = clinic.now()
    worker_is_up = await a_worker_is_up(clinic.pool)
    async with clinic.pool.connection() as conn:
        requests = await call_backs.open_requests(conn)
        listed = entries(clinic.rules, requests, now)
        openings = [next_opening_time(clinic.rules, each.asked_at) for each in requests]
        failed, alarms = await _texts(conn, now)
        return Measures(
            worker_is_up,
            await _unread(conn, clinic, now),
            people=len(listed),
            overdue=sum(each.is_overdue for each in listed),
            unseen=sum(each is not None and each + UNSEEN <= now for each in openings),
            failed_texts=failed,
            text_alarms=alarms,
        )


def free_share(folder: Path) -> float | None:
    """The free share of the folder's disk, from 0 to 1; None if the disk does not tell."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return usage.free / usage.total


async def _unread(conn: AsyncConnection, clinic: Clinic, now: datetime) -> timedelta:
    """Zero before the first reading. One whom the settings do not name any more does not count."""
    rows = await conn.execute(
        "SELECT min(read_at) FROM busy_times WHERE clinician_id = ANY (%s)",
        [[each.clinician_id for each in clinic.each]],
    )
    [oldest] = await rows.fetchone() or (None,)
    return timedelta() if oldest is None else now - oldest


async def _texts(conn: AsyncConnection, now: datetime) -> tuple[int, int]:
    rows = await conn.execute(
        "SELECT (SELECT count(*) FROM text WHERE state = 'failed' AND due > %s),"
        " (SELECT count(*) FROM text_alarm)",
        [now - timedelta(hours=1)],
    )
    failed, alarms = await rows.fetchone() or (0, 0)
    return failed, alarms
