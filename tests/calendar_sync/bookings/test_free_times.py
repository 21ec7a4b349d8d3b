"""Only fresh and complete busy times yield offers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.clinic import RULES, SetClock, confirmed, expire, hold, local_times, span
from support.faulty_calendar import FaultyCalendar

from calendar_sync.availability.opening_hours import Rules, openings
from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times
from calendar_sync.bookings.event_text import event_id
from calendar_sync.bookings.free_times import BusySnapshot, Stale, free_openings, refresh, snapshot
from calendar_sync.calendars.contract import Event, Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert

TUESDAY_NINE, TUESDAY_TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
LUNCH = Event(event_id("staff", "lunch", 0), TUESDAY_TEN, "Lunch")


async def offered(clinic: Clinic) -> list[str]:
    """The openings of a clinic whose busy times are known."""
    free = await free_openings(clinic)
    assert not isinstance(free, Stale)
    return local_times(free)


async def test_a_fresh_reading_offers_what_the_rules_leave(clinic: Clinic) -> None:
    """With an empty calendar, every time that the rules allow is offered."""
    await refresh(clinic)
    assert await offered(clinic) == local_times(openings(RULES, (), clinic.now()))


async def test_no_key_press_asks_the_calendar(clinic: Clinic, calendar: FaultyCalendar) -> None:
    """Offers come from the stored busy times alone."""
    await refresh(clinic)
    asked = list(calendar.asked)
    calendar.faults = {"busy": "before", "opened": "before"}
    await offered(clinic)
    assert calendar.asked == asked


async def test_busy_times_and_their_buffers_are_not_offered(clinic: Clinic) -> None:
    """A busy time at five past ten blocks the slots around it, on both sides."""
    await clinic.calendar.insert(replace(LUNCH, span=span("2026-12-01 09:55", 10)))
    await refresh(clinic)
    left = await offered(clinic)
    gone = ("2026-12-01 09:30", "2026-12-01 10:00")
    assert not set(gone) & set(left)
    assert {"2026-12-01 09:00", "2026-12-01 10:30"} <= set(left)


async def test_holds_and_bookings_are_not_offered_before_the_next_reading(
    clinic: Clinic,
) -> None:
    """Holds and bookings block times at once, with their buffers; expired holds do not."""
    await refresh(clinic)
    booked = await confirmed(clinic, TUESDAY_NINE, "CA1")
    await insert(clinic, booked)
    await hold(clinic, TUESDAY_TEN, "CA2")
    expired = await hold(clinic, span("2026-12-01 11:00"), "CA3")
    await expire(clinic, expired)
    left = await offered(clinic)
    assert not {"2026-12-01 09:00", "2026-12-01 10:00"} & set(left)
    assert {"2026-12-01 09:30", "2026-12-01 11:00"} <= set(left)


async def test_nothing_read_yet_offers_nothing(clinic: Clinic) -> None:
    """Before the first successful read, nothing is offered."""
    assert await free_openings(clinic) == Stale("the busy times were never read")


async def test_an_unreadable_calendar_offers_nothing(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A calendar that cannot be read at startup is not treated as free."""
    calendar.faults = {"busy": "before"}
    assert isinstance(await refresh(clinic), Unknown)
    assert isinstance(await free_openings(clinic), Stale)


async def test_a_reading_serves_for_ten_minutes(clinic: Clinic, now: SetClock) -> None:
    """After exactly ten minutes nothing is offered until the calendar answers again."""
    await refresh(clinic)
    now.forward(minutes=10)
    assert not isinstance(await free_openings(clinic), Stale)
    now.forward(seconds=1)
    assert isinstance(await free_openings(clinic), Stale)
    await refresh(clinic)
    assert not isinstance(await free_openings(clinic), Stale)


async def test_a_failed_reading_keeps_the_old_one_and_its_age(
    clinic: Clinic, calendar: FaultyCalendar, now: SetClock
) -> None:
    """A failed read neither clears the stored busy times nor renews their age."""
    await clinic.calendar.insert(LUNCH)
    first = await refresh(clinic)
    now.forward(minutes=6)
    calendar.faults = {"busy": "before"}
    await refresh(clinic)
    async with clinic.pool.connection() as conn:
        assert await snapshot(conn) == first
    now.forward(minutes=6)
    assert isinstance(await free_openings(clinic), Stale)


async def test_a_reading_that_does_not_reach_far_enough_offers_nothing(
    clinic: Clinic,
) -> None:
    """Busy times that end before a longer horizon yield no offers."""
    await refresh(clinic)
    further = replace(clinic, rules=replace(RULES, horizon_days=21))
    assert isinstance(await free_openings(further), Stale)


async def test_midnight_brings_a_new_day_without_a_gap(clinic: Clinic, now: SetClock) -> None:
    """Busy times read before midnight also cover the day that midnight adds."""
    now.at = span("2026-11-30 23:55").start
    await refresh(clinic)
    now.forward(minutes=9)
    assert (await offered(clinic))[-1] == "2026-12-15 16:30"


@pytest.mark.parametrize(("seconds", "stale"), [(59, False), (3600, True)])
async def test_a_clock_set_back(
    clinic: Clinic,
    now: SetClock,
    seconds: int,
    stale: bool,  # noqa: FBT001
) -> None:
    """A few seconds of clock skew are accepted; busy times from the far future are not."""
    await refresh(clinic)
    now.forward(seconds=-seconds)
    assert isinstance(await free_openings(clinic), Stale) is stale
    await refresh(clinic)
    assert not isinstance(await free_openings(clinic), Stale)


async def test_a_slow_reading_does_not_replace_a_newer_one(
    clinic: Clinic, calendar: FaultyCalendar, now: SetClock
) -> None:
    """The read that started last is the one that is kept."""

    async def newer() -> None:
        now.forward(seconds=30)
        await calendar.real.insert(LUNCH)
        await refresh(clinic)
        now.forward(seconds=-30)

    clinic_now = clinic.now()
    calendar.meanwhile = {"busy": newer}
    await refresh(clinic)
    async with clinic.pool.connection() as conn:
        reading = await snapshot(conn)
    assert isinstance(reading, BusySnapshot)
    assert reading.read_at == clinic_now + timedelta(seconds=30)
    assert reading.busy == (TUESDAY_TEN,)


@pytest.mark.parametrize("horizon", [0, 14, 57, 58, 60, 365])
async def test_a_calendar_is_asked_for_sixty_days_at_most(
    clinic: Clinic, calendar: FaultyCalendar, horizon: int
) -> None:
    """With a longer horizon, offers end where the busy times end."""
    far = replace(clinic, rules=replace(RULES, horizon_days=horizon))
    reading = await refresh(far)
    assert isinstance(reading, BusySnapshot)
    assert reading.within.end - reading.within.start <= timedelta(days=60)
    free = await free_openings(far)
    assert not isinstance(free, Stale)
    assert free[-1].end <= reading.within.end
    whole = [slot for slot in openings(far.rules, (), far.now()) if slot.end <= reading.within.end]
    assert len(whole) - len(free) in {0, 1}
    assert calendar.asked.count("busy") == 1


async def test_the_reading_covers_the_buffers_at_both_ends(clinic: Clinic, now: SetClock) -> None:
    """With no minimum notice, an event that has just ended still keeps its buffer."""
    rules: Rules = replace(RULES, notice_hours=0, horizon_days=0)
    at_once = replace(clinic, rules=rules)
    now.at = TUESDAY_NINE.start
    await clinic.calendar.insert(replace(LUNCH, span=span("2026-12-01 08:40", 15)))
    await refresh(at_once)
    assert (await offered(at_once))[0] == "2026-12-01 09:30"


async def test_all_that_was_read_comes_back_as_it_was(clinic: Clinic) -> None:
    """Many busy times survive a round trip through the database."""
    for number in range(20):
        later = timedelta(hours=3 * number)
        each = Span(TUESDAY_NINE.start + later, TUESDAY_NINE.end + later)
        await clinic.calendar.insert(
            replace(LUNCH, id=event_id("staff", "busy", number), span=each)
        )
    reading = await refresh(clinic)
    async with clinic.pool.connection() as conn:
        assert await snapshot(conn) == reading
    assert isinstance(reading, BusySnapshot)
    assert len(reading.busy) == 20
    assert timedelta(minutes=10) == free_times.STALE_AFTER
