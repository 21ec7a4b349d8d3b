"""Everything the calendar side works with, put together once when the line opens."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.opening_hours import Rules
from calendar_sync.bookings.booking import Booking
from calendar_sync.bookings.event_text import event_for
from calendar_sync.calendars.contract import Calendar, Event
from calendar_sync.calendars.push import Push


async def by_phone_only(booking_id: int) -> None:
    """Tell nothing: staff call the patients of a line that sends no texts."""
    del booking_id


async def nothing_is_due() -> None:
    """Send nothing: the same."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """Where invitations for patients are kept, and their title and note in a language."""

    calendar: Calendar
    words: Callable[[str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic's desk: its database, its diary, its rules, its clock.

    `now` returns aware UTC; `detail` says whether answers are written into events; `video_url` is
    a fixed video room, or None.
    """

    pool: AsyncConnectionPool
    calendar: Calendar
    rules: Rules
    now: Callable[[], datetime]
    detail: Literal["full", "minimal"]
    clinic_name: str
    video_url: str | None
    makes_links: bool = False
    """Whether the diary makes a video link for each event; `video_url` is for when it cannot."""
    availability: Literal["hours", "calendar"] = "hours"
    """Whether times are offered in opening hours too, or only where staff opened them."""
    tell: Callable[[int], Awaitable[None]] = by_phone_only
    """Lets the patient of a booking know how it stands."""
    send_due: Callable[[], Awaitable[None]] = nothing_is_due
    """Sends what patients were to be told by now, such as reminders."""
    push: Push | None = None
    """How the calendar tells of changes by itself; None where it cannot call the line."""
    invitations: Invitations | None = None
    """None where patients get no invitations: staff see their email, and that is all."""

    def event(self, booked: Booking) -> Event:
        """The event of a booking as it should stand in the diary now."""
        return event_for(
            booked,
            detail=self.detail,
            zone=self.rules.zone,
            video_url=self.video_url,
            makes_links=self.makes_links,
        )
