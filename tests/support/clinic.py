"""The clinic of the calendar tests: its zone, its rules, and short forms for times."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from calendar_sync.availability.opening_hours import Rules, parse_hours
from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs, confirmation, holds
from calendar_sync.bookings.booking import Booking, BookingNote, Status, booking, status
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.calendars.contract import CalendarEvent, Changes
from calendar_sync.clinic import ChartLabels, Clinic
from voice.dialogue import effects

PACIFIC = ZoneInfo("America/Los_Angeles")
NOTE = BookingNote("en", "+14255550123", {"Foot": "right", "How long": "skipped"})
CHART_LABELS = ChartLabels(*effects.EVENT_LABELS)
RULES = Rules(
    parse_hours("Mon-Fri 09:00-17:00"),
    PACIFIC,
    minutes=20,
    buffer_minutes=10,
    notice_hours=4,
    horizon_days=14,
)


class SetClock(Protocol):
    """A settable clock for the tests' `now`."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the set time."""
        ...

    def forward(self, **length: float) -> None:
        """Advance the clock, as in `now.forward(minutes=6)`."""
        ...


def at(local: str, zone: ZoneInfo = PACIFIC) -> datetime:
    """A local time such as "2026-12-01 09:00" in UTC; the first one if it occurs twice."""
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)


def span(local: str, minutes: int = 20, zone: ZoneInfo = PACIFIC) -> Span:
    """A span of `minutes` from a local time."""
    start = at(local, zone)
    return Span(start, start + timedelta(minutes=minutes))


def local_times(spans: list[Span] | tuple[Span, ...], zone: ZoneInfo = PACIFIC) -> list[str]:
    """The local start time of each span."""
    return [f"{each.start.astimezone(zone):%Y-%m-%d %H:%M}" for each in spans]


async def hold(clinic: Clinic, slot: Span, call_sid: str = "CA1", step: str = "hold") -> int:
    """Hold a free time; returns the booking's id."""
    async with clinic.pool.connection() as conn:
        held = await holds.hold(conn, call_sid, step, slot)
    assert isinstance(held, holds.Held)
    return held.booking_id


async def confirm(
    clinic: Clinic, booking_id: int, note: BookingNote = NOTE
) -> confirmation.Confirmed | confirmation.Taken:
    """Confirm a held time as the caller."""
    async with clinic.pool.connection() as conn:
        return await confirmation.confirm(conn, booking_id, note)


async def confirmed(clinic: Clinic, slot: Span, call_sid: str = "CA1", step: str = "hold") -> int:
    """Hold and confirm a free time; returns the booking's id."""
    booking_id = await hold(clinic, slot, call_sid, step)
    assert isinstance(await confirm(clinic, booking_id), confirmation.Confirmed)
    return booking_id


async def agree(clinic: Clinic, booking_id: int, call_sid: str = "CA1") -> None:
    """Consent to texts as the patient, at the number of NOTE."""
    consent = TextConsent("+14255550123", "1", given=True)
    async with clinic.pool.connection() as conn:
        await store_consent(conn, call_sid, booking_id, consent)


async def row(clinic: Clinic, booking_id: int) -> Booking:
    """The booking's current row."""
    async with clinic.pool.connection() as conn:
        return await booking(conn, booking_id)


async def standing(clinic: Clinic, booking_id: int) -> Status:
    """The booking's status."""
    async with clinic.pool.connection() as conn:
        return await status(conn, booking_id)


async def jobs_waiting(clinic: Clinic) -> list[str]:
    """The names of the unfinished jobs, without their namespace.

    Periodic ones are left out: a worker defers them whenever a minute of the real clock begins.
    """
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT split_part(task_name, ':', 2) FROM procrastinate_jobs AS job"
            " WHERE status = 'todo' AND NOT EXISTS"
            " (SELECT FROM procrastinate_periodic_defers WHERE job_id = job.id) ORDER BY id"
        )
        return [name for (name,) in await rows.fetchall()]


async def requests(clinic: Clinic) -> list[str]:
    """The reasons of the open call-backs."""
    async with clinic.pool.connection() as conn:
        return [each.reason for each in await call_backs.open_requests(conn)]


async def expire(clinic: Clinic, booking_id: int) -> None:
    """Make a hold expire."""
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET expires_at = now() - interval '1 second' WHERE id = %s",
            [booking_id],
        )


async def live_events(clinic: Clinic) -> list[CalendarEvent]:
    """The events in the calendar that are not cancelled."""
    changes = await clinic.calendar.changes(None)
    assert isinstance(changes, Changes)
    return [entry for entry in changes.entries if not entry.cancelled]


async def own_event(clinic: Clinic, booking_id: int) -> CalendarEvent:
    """The event under the booking's current id."""
    found = await clinic.calendar.find((await row(clinic, booking_id)).event_id or "")
    assert isinstance(found, CalendarEvent)
    return found
