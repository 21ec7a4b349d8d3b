"""While staff change the calendar during a call, the caller hears nothing false."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.google.server import Google
from support.caller import Caller
from support.clinic import SetClock, requests, row, span
from support.google_clinic import calendar_at
from support.patients import Calls, To

from calendar_sync.bookings import free_times, notices
from calendar_sync.bookings.booking import Booking, bookings_of_call
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.clinic import Clinic
from calendar_sync.sync.staff_jobs import follow_all
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.worker import work

NOON, THREE = ("2026-11-30 12:00", "2026-11-30 12:20"), ("2026-11-30 15:00", "2026-11-30 15:20")
NOTHING_BOOKED = "nothing is booked"


@pytest_asyncio.fixture
async def line(
    database: AsyncConnectionPool, now: SetClock, google: Google, tmp_path: Path
) -> AsyncGenerator[Line]:
    """A line with that Google and a worker; the first offer is at noon."""
    settings = Settings.load("demo").model_copy(update={"opening_hours": "Mon-Sun 06:00-21:00"})
    line = line_on(settings, database, now)
    with calendar_at(google, tmp_path) as calendar:
        line = replace(line, clinic=replace(line.clinic, calendar=calendar, makes_links=True))
        await free_times.refresh(line.clinic)
        await follow_all(line.clinic)
        async with run_in_background(work(line.clinic)):
            yield line


def event_of(google: Google) -> str:
    """The event of the only booking."""
    events = google.screenings.events.values()
    [event] = [each["id"] for each in events if each["summary"].startswith("Video screening")]
    return str(event)


async def booking_of(line: Line, caller: Caller) -> Booking:
    """The call's last booking."""
    async with line.pool.connection() as conn:
        return (await bookings_of_call(conn, caller.who.call_sid))[-1]


async def open_kinds(clinic: Clinic) -> list[str]:
    """The kinds of pending notices."""
    async with clinic.pool.connection() as conn:
        return [each.kind for each in await notices.open_notices(conn)]


@pytest.mark.usefixtures("line")
async def test_another_visit_dragged_onto_the_time_while_the_caller_decides(
    google: Google, calls: Calls, to_the_times: To
) -> None:
    """The time is taken, others are offered, and the staff's visit stays."""
    caller = await calls()
    await to_the_times(caller)
    visit = google.screenings.add("2026-12-03 09:00", "2026-12-03 09:20", "Visit")
    await caller.presses("1")
    google.screenings.drag(visit, *NOON)
    await caller.presses("1").hears("that time was just taken")
    assert "You are booked" not in " ".join(caller.heard)
    assert [each["id"] for each in google.screenings.live()] == [visit]


STAFF: dict[str, Callable[[Google], None]] = {
    "drag": lambda google: google.screenings.drag(event_of(google), *THREE),
    "shorten": lambda google: google.screenings.drag(event_of(google), NOON[0], "2026-11-30 12:10"),
    "delete": lambda google: google.screenings.delete(event_of(google)),
}


async def to_the_yes(calls: Calls, to_the_times: To) -> Caller:
    """A caller who holds a time and is about to confirm it."""
    caller = await calls()
    await to_the_times(caller)
    await caller.presses("1")
    return caller


async def test_dragged_between_the_yes_and_our_look_back(
    line: Line, google: Google, calls: Calls, to_the_times: To
) -> None:
    """The caller hears that staff moved the visit, and the new time."""
    caller = await to_the_yes(calls, to_the_times)
    google.meanwhile["events.get"] = lambda: STAFF["drag"](google)
    await caller.presses("1").hears("Our staff have just moved it").hears("3 PM")
    assert "12" not in caller.heard[-1].partition("You are booked")[2].partition("code")[0]
    booking = await booking_of(line, caller)
    assert (booking.state, booking.slot) == ("booked", span(THREE[0]))
    assert await open_kinds(line.clinic) == ["moved"]
    assert await requests(line.clinic) == [
        "visit moved by staff to Mon Nov 30, 3:00 PM: tell the patient"
    ]


async def test_shortened_between_the_yes_and_our_look_back(
    line: Line, google: Google, calls: Calls, to_the_times: To
) -> None:
    """The start stays the same, so it is booked as announced without a notice."""
    caller = await to_the_yes(calls, to_the_times)
    google.meanwhile["events.get"] = lambda: STAFF["shorten"](google)
    await caller.presses("1").hears("You are booked")
    booking = await booking_of(line, caller)
    assert (booking.state, booking.slot) == ("booked", span(NOON[0], 10))
    assert (await open_kinds(line.clinic), await requests(line.clinic)) == ([], [])


async def test_deleted_between_the_yes_and_our_look_back(
    line: Line, google: Google, calls: Calls, to_the_times: To
) -> None:
    """Nothing is booked, and the caller is told; a restored visit sends a notice."""
    caller = await to_the_yes(calls, to_the_times)
    google.meanwhile["events.get"] = lambda: STAFF["delete"](google)
    await caller.presses("1").hears(NOTHING_BOOKED)
    assert event_of(google) not in {each["id"] for each in google.screenings.live()}
    assert (await booking_of(line, caller)).state == "cancelled"
    assert Reason.DELETED_TOO_SOON.for_staff() in await requests(line.clinic)
    google.screenings.restore(event_of(google))
    await follow_all(line.clinic)
    assert (await booking_of(line, caller)).state == "booked"
    assert await open_kinds(line.clinic) == ["restored"]


@pytest.mark.parametrize(
    ("does", "state", "kinds"),
    [
        ("drag", "booked", ["moved"]),
        ("shorten", "booked", []),
        ("delete", "cancelled", ["cancelled"]),
    ],
)
async def test_changed_after_you_are_booked_with_the_caller_still_there(  # noqa: PLR0913, PLR0917
    line: Line,
    google: Google,
    calls: Calls,
    to_booked: To,
    does: str,
    state: str,
    kinds: list[str],
) -> None:
    """What the caller heard was true then; the call goes on, and one notice follows."""
    caller = await calls()
    await to_booked(caller)
    STAFF[does](google)
    await follow_all(line.clinic)
    await caller.presses("1").presses("2").hears("For another number").presses("1")
    await caller.hears("A text with your link is on its way").hears_everything()
    booking = await booking_of(line, caller)
    assert booking.state == state
    assert await open_kinds(line.clinic) == kinds
    assert booking.text_number == "+14255550123"
    assert (event_of(google) in {each["id"] for each in google.screenings.live()}) == (
        does != "delete"
    )


async def test_deleted_and_restored_while_the_caller_is_still_there(
    line: Line, google: Google, calls: Calls, to_booked: To
) -> None:
    """Undone before any notice, the change needs no call or text, and the visit stays."""
    caller = await calls()
    await to_booked(caller)
    STAFF["delete"](google)
    await follow_all(line.clinic)
    google.screenings.restore(event_of(google))
    await follow_all(line.clinic)
    await (
        caller.presses("1").presses("2").hears("For another number").presses("2").hears_everything()
    )
    booking = await booking_of(line, caller)
    assert (booking.state, booking.slot) == ("booked", span(NOON[0]))
    assert (await open_kinds(line.clinic), await requests(line.clinic)) == ([], [])
    assert (await row(line.clinic, booking.id)).promised == booking.slot


async def test_the_doctors_calendar_is_unshared_before_times_are_asked_for(
    line: Line, google: Google, now: SetClock, calls: Calls, to_the_times: To
) -> None:
    """Busy times are used for ten minutes; after that the line offers none and says so."""
    google.doctor.role = None
    now.forward(minutes=9)
    await free_times.refresh(line.clinic)
    await to_the_times(await calls())
    now.forward(minutes=2)
    caller = await calls("+14255550124")
    with pytest.raises(AssertionError):
        await to_the_times(caller)
    await caller.hears_everything()
    assert "I can not see the schedule right now, so nothing is booked" in " ".join(caller.heard)
    assert await requests(line.clinic) == ["schedule could not be read"]
