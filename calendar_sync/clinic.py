"""What the code of the calendar works with: database, calendar, opening rules and clock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.calendars.contract import Calendar
from calendar_sync.calendars.push import Push


async def notify_nobody(booking_id: int) -> None:
    """Do nothing: a line without text messages leaves it to staff to call."""
    del booking_id


async def send_nothing() -> None:
    """Do nothing, for the same reason."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """The calendar that patients are invited from; `words` gives title and note for a language."""

    calendar: Calendar
    words: Callable[[str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Clinic:
    """One clinic, put together at start-up.

    `now` returns aware UTC. With `detail` "minimal" no answers of callers are written into events.
    `video_url` is a fixed video room, or None.
    """

    pool: AsyncConnectionPool
    calendar: Calendar
    rules: Rules
    now: Callable[[], datetime]
    detail: Literal["full", "minimal"]
    video_url: str | None
    makes_links: bool = False
    """Whether the calendar makes a video link for each event; `video_url` is used when it fails."""
    availability: Literal["hours", "calendar"] = "hours"
    """Offer times during opening hours too, or only times that staff opened in the calendar."""
    tell: Callable[[int], Awaitable[None]] = notify_nobody
    """Texts the patient of a booking (its id) what is new about it."""
    send_due: Callable[[], Awaitable[None]] = send_nothing
    """Sends the texts that are due, such as reminders."""
    push: Push | None = None
    """Change notifications from the calendar; None if it cannot reach the line."""
    invitations: Invitations | None = None
    """None if patients get no invitations; their email address is then only shown to staff."""
