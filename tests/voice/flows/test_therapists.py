"""A clinic with two therapists: who has each time, choosing one, and who speaks Spanish."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from support.caller import Caller
from support.clinic import SetClock, at
from support.patients import Calls, To, only_booking
from support.returning import VOUCHED
from support.two_therapists import TEAM

from calendar_sync.availability.span import Span
from calendar_sync.bookings import free_times
from calendar_sync.calendars.contract import CalendarEvent, Event
from calendar_sync.clinician import DEFAULT_ID
from calendar_sync.sync.staff_jobs import follow_all
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.flows.clinical_wording import BEFORE_BOOKING
from voice.settings import Settings
from voice.worker import work


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock) -> AsyncGenerator[Line]:
    """An open line with two therapists, empty calendars and a worker."""
    settings = Settings.load("demo").model_copy(
        update={"staff_number": "+14255550142", "clinicians": str(TEAM)}
    )
    line = line_on(settings, database, now)
    await follow_all(line.clinic)
    await free_times.refresh_all(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield line


async def fill(line: Line, now: SetClock, whose: str) -> None:
    """Make a therapist busy for every day that may be offered."""
    away = Span(at("2026-11-30 00:00"), at("2026-12-31 00:00"))
    await line.clinic.of(whose).calendar.insert(Event(f"busy{whose}", away, "Away"))
    now.forward(seconds=1)
    await free_times.refresh_all(line.clinic)


@pytest.fixture
def in_spanish() -> To:
    """Go to the offers in Spanish."""

    async def go(caller: Caller) -> None:
        await caller.presses("9").presses("1")
        for _ in BEFORE_BOOKING:
            await caller.hears("odas ").presses("2")
        await caller.presses("2").presses("3").presses("1").presses("2").presses("1")
        await caller.presses("7#")

    return go


async def test_each_time_is_offered_and_booked_with_its_therapist(
    caller: Caller, line: Line, to_the_times: To
) -> None:
    """The name is in the offer and the read-back; the event is in that therapist's calendar."""
    await to_the_times(caller)
    await caller.hears("For Monday, November 30th, at 12 noon with Doctor Spring, press 1.")
    await caller.hears("with Doctor Rivera, press 2.").presses("2")
    await caller.hears("With Doctor Rivera. To book it, press 1.").presses("1")
    await caller.hears("You are booked.").hears("With Doctor Rivera.")
    booking = await only_booking(line, caller)
    assert booking.clinician_id == "rivera"
    entry = await line.clinic.of("rivera").calendar.find(str(booking.event_id))
    assert isinstance(entry, CalendarEvent)
    assert "THERAPIST: Dr. Ana Rivera" in entry.description
    assert entry.location == "https://video.example.org/rivera"
    assert await line.clinic.of(DEFAULT_ID).calendar.find(str(booking.event_id)) is None


async def test_a_caller_may_choose_the_therapist(caller: Caller, to_the_times: To) -> None:
    """Key 5 names each with a key; then all times are with that one; 8 goes back."""
    await to_the_times(caller)
    await caller.hears("To choose your therapist, press 5.").presses("5")
    await caller.hears(
        "For Doctor Spring, press 1. For Doctor Rivera, press 2. To go back, press 8."
    )
    await caller.presses("8").hears("with Doctor Spring, press 1.").presses("5").presses("2")
    await caller.hears("In Pacific time. With Doctor Rivera.")
    await caller.hears("For Monday, November 30th, at 12 noon, press 1.")
    await caller.presses("4").presses("1").hears("With Doctor Rivera.").hears("press 1.")


async def test_a_therapist_without_times_is_said_so(
    caller: Caller, line: Line, now: SetClock, to_the_times: To
) -> None:
    """The caller hears so, and then everybody's times."""
    await fill(line, now, "rivera")
    await to_the_times(caller)
    await caller.presses("5").presses("2").hears("I have no open time with Doctor Rivera.")
    await caller.hears("With Doctor Spring.")


async def test_a_spanish_caller_is_offered_who_speaks_spanish(
    calls: Calls, line: Line, now: SetClock, in_spanish: To
) -> None:
    """Only those; when they have no time, that is said, and the others are offered."""
    first, second = await calls(), await calls("+14255550199")
    await in_spanish(first)
    await first.hears("En hora del Pacífico. Con la doctora Rivera.").hears("oprima 2.")
    await fill(line, now, "rivera")
    await in_spanish(second)
    await second.hears("No tengo ningún horario con un terapeuta que hable español.")
    await second.stays_silent().hears("Con el doctor Spring.").hears("oprima 1.")


async def test_the_fewest_coming_visits_come_first(calls: Calls, to_the_times: To) -> None:
    """A second caller is offered the same time with the therapist who has no visit yet."""
    first, second = await calls(), await calls("+14255550199")
    await to_the_times(first)
    await first.hears("12 noon with Doctor Spring, press 1.").presses("1").presses("1")
    await first.hears("You are booked.")
    await to_the_times(second)
    await second.hears("12 noon with Doctor Rivera, press 1.")


async def test_a_visit_that_is_moved_by_phone_stays_with_its_therapist(
    calls: Calls, line: Line, to_the_times: To
) -> None:
    """The therapist is named with the visit, and only that one's times are offered."""
    first = await calls()
    await to_the_times(first)
    await first.presses("5").presses("2").hears("With Doctor Rivera.").presses("1").presses("1")
    await first.hears("You are booked.").hangs_up()
    caller = await calls(signed=VOUCHED)
    await caller.presses("2").hears("12 noon, Pacific time. With Doctor Rivera.").presses("2")
    await caller.hears("In Pacific time. With Doctor Rivera.").presses("2")
    await caller.hears("With Doctor Rivera. To move it, press 1.").presses("1")
    await caller.hears("Your visit is moved.").hears("With Doctor Rivera.")
    booking = await only_booking(line, first)
    entry = await line.clinic.of("rivera").calendar.find(str(booking.event_id))
    assert isinstance(entry, CalendarEvent)
    assert (entry.span, booking.clinician_id) == (booking.slot, "rivera")
