"""Staff can open times by an event, in addition to the opening hours or instead of them."""

from dataclasses import replace

import pytest
from support.clinic import SetClock, local_times, span

from calendar_sync.bookings import free_times
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.clinic import Clinic

SATURDAY = span("2026-12-05 10:00", 60)
OPEN = Event(event_id("staff", "open", 0), SATURDAY, "Open for screenings")


async def offered(clinic: Clinic, day: str) -> list[str]:
    """The times of a day, after a fresh read."""
    async with clinic.pool.connection() as conn:
        await conn.execute("DELETE FROM busy_times")
    await free_times.refresh(clinic)
    free = await free_times.free_openings(clinic)
    assert not isinstance(free, free_times.Stale)
    return [time.removeprefix(f"{day} ") for time in local_times(free) if time.startswith(day)]


async def test_staff_open_a_day_outside_the_hours(clinic: Clinic) -> None:
    """A closed Saturday has only the times of the event."""
    assert await offered(clinic, "2026-12-05") == []
    await clinic.calendar.insert(OPEN)
    assert await offered(clinic, "2026-12-05") == ["10:00", "10:30"]


async def test_only_opened_times_when_the_calendar_decides(clinic: Clinic) -> None:
    """With AVAILABILITY=calendar only events open times, and busy times inside are cut out."""
    clinic = replace(clinic, availability="calendar")
    await clinic.calendar.insert(OPEN)
    assert await offered(clinic, "2026-12-01") == []
    busy = span("2026-12-05 10:00", 15)
    await clinic.calendar.insert(Event(event_id("staff", "busy", 0), busy, "Lunch"))
    assert await offered(clinic, "2026-12-05") == ["10:30"]


async def test_an_opened_time_inside_the_hours_adds_nothing_twice(clinic: Clinic) -> None:
    """An opening during open hours changes nothing: offers stay at least a buffer apart."""
    before = await offered(clinic, "2026-12-02")
    await clinic.calendar.insert(replace(OPEN, span=span("2026-12-02 09:10", 60)))
    assert await offered(clinic, "2026-12-02") == before


@pytest.mark.parametrize("day", ["2026-11-30", "2026-12-15"])
async def test_notice_and_horizon_hold_for_opened_times(
    clinic: Clinic, now: SetClock, day: str
) -> None:
    """An opening is not offered within four hours or after the fourteenth day."""
    assert now.at.day == 30
    early = span(f"{day} 08:30", 25)
    await clinic.calendar.insert(replace(OPEN, span=early))
    assert "08:30" not in await offered(clinic, day)
