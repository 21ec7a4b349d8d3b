"""Finds current problems of the line and describes them for its operator, without patient data."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

import psycopg
from psycopg_pool import PoolTimeout

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.clinic import Clinic
from voice.alerts.clocks import Clocks
from voice.alerts.measures import Measures, free_share, measure

Code = Literal[
    "database", "worker", "google sign-in", "calendar", "call-backs", "texts", "disk", "clock"
]
CALENDAR_UNREAD = timedelta(minutes=15)
FAILED_TEXTS = 3
"""Texts that failed within an hour; one number that cannot be reached is no alert."""
DISK_LEFT = 0.15
"""Share of the disk that should be free."""
_CLOCK = (
    "holds, jobs and reminders come too late or too early. Turn on time synchronization, then "
    "start the line again."
)
_GOOGLE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what happened, and what to do."""

    code: Code
    text: str


async def find_problems(
    clinic: Clinic, data_dir: Path | None, clocks: Clocks | None = None
) -> list[Problem]:
    """Everything that is wrong now. `data_dir` is the embedded database's, None for another one.

    A database that does not answer is the only problem that is told then: the rest is unknown.
    """
    try:
        now = await measure(clinic)
        clock = await clocks.wrong(clinic.pool) if clocks else ""
    except (psycopg.Error, PoolTimeout):
        return [
            Problem("database", "The database does not answer: nobody can book. Start it again.")
        ]
    unread = now.unread > CALENDAR_UNREAD
    found = [*_disk(data_dir), *_of(now), *(await _calendar(clinic) if unread else [])]
    return [*found, Problem("clock", f"{clock}: {_CLOCK}")] if clock else found


def _of(now: Measures) -> list[Problem]:
    """The problems that need nothing but the measures."""
    found: list[Problem] = []
    if not now.worker_is_up:
        text = "No worker is running: nothing is booked. Start it again."
        found.append(Problem("worker", text))
    if now.unseen:
        text = (
            f"{now.unseen} call-back requests have waited for more than 30 minutes of opening "
            "hours. They are in the calendar, and in screening-line callbacks."
        )
        found.append(Problem("call-backs", text))
    if now.text_alarms or now.failed_texts >= FAILED_TEXTS:
        text = (
            "Texts do not reach patients; staff are asked to call them. Run screening-line check."
        )
        found.append(Problem("texts", text))
    return found


async def _calendar(clinic: Clinic) -> list[Problem]:
    """Ask the calendar once more, to tell why."""
    now = clinic.now()
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


def _disk(folder: Path | None) -> list[Problem]:
    share = None if folder is None else free_share(folder)
    if share is None or share >= DISK_LEFT:
        return []
    text = f"{int(100 * share)} % of the disk is free. Make room before the database stops."
    return [Problem("disk", text)]
