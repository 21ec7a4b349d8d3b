"""Staff put a visit into a colleague's calendar: it is that therapist's, and never cancelled."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from stand_ins.google.server import RIVERA, Google
from support.clinic import NOTE, confirm, confirmed, hold, row, span
from support.faulty_calendar import FaultyCalendar
from support.google_clinic import calendar_at
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.bookings import holds, notices
from calendar_sync.bookings.booking import Booked, Taken, status
from calendar_sync.bookings.free_times import free_openings, refresh_all
from calendar_sync.calendars.contract import CalendarEvent, Unknown
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.clinician import DEFAULT_ID, lane_of
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_changes import read_changes
from calendar_sync.sync.staff_jobs import follow_all, look

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")


@dataclass(frozen=True)
class Two:
    """A clinic with two therapists, and how staff hand an event over to the other one."""

    clinic: Clinic
    hand_over: Callable[[str, str], Awaitable[object]]

    async def visit(self) -> int:
        """A visit with the first therapist, in the calendar; its booking's id."""
        booking_id = await confirmed(self.clinic, NINE)
        await insert(self.clinic, booking_id)
        await follow_all(self.clinic)
        return booking_id

    async def to_colleague(self, booking_id: int) -> None:
        """Staff put the visit into the colleague's calendar."""
        event = (await row(self.clinic, booking_id)).event_id or ""
        await self.hand_over(event, COLLEAGUE)

    async def owed(self) -> list[str]:
        """What patients have yet to be told."""
        async with self.clinic.pool.connection() as conn:
            return [each.kind for each in await notices.open_notices(conn)]


@pytest_asyncio.fixture(params=["local", "google"])
async def two(
    request: pytest.FixtureRequest, clinic: Clinic, tmp_path: Path
) -> AsyncGenerator[Two]:
    """Two therapists in either calendar, read before."""
    if request.param == "local":
        calendars = {
            DEFAULT_ID: LocalCalendar(clinic.pool),
            COLLEAGUE: LocalCalendar(clinic.pool, COLLEAGUE),
        }

        async def local(event: str, to: str) -> None:
            left = DEFAULT_ID if to == COLLEAGUE else COLLEAGUE
            assert await calendars[left].hand_over(event, to)

        team = with_two(replace(clinic, calendar=calendars[DEFAULT_ID]), calendars[COLLEAGUE])
        await follow_all(team)
        await refresh_all(team)
        yield Two(team, local)
        return
    with Google() as google, calendar_at(google, tmp_path) as calendar:

        async def on_the_page(event: str, to: str) -> None:
            pair = (google.screenings, google.rivera)
            left, right = pair if to == COLLEAGUE else reversed(pair)
            left.hand_over(event, right)

        team = with_two(replace(clinic, calendar=calendar), calendar.beside(RIVERA, ()))
        await follow_all(team)
        await refresh_all(team)
        yield Two(team, on_the_page)
        assert google.broken_rules == []


@pytest.mark.parametrize("order", ["first to second", "second to first"])
async def test_a_visit_put_into_a_colleagues_calendar_is_the_colleagues(
    two: Two, order: str
) -> None:
    """Whichever calendar is read first: it is moved, not cancelled, and its old time is free."""
    booking_id = await two.visit()
    await two.to_colleague(booking_id)
    clinic = two.clinic
    if order == "second to first":
        clinic = replace(clinic, clinicians=clinic.clinicians[::-1])
    await read_changes(clinic)
    await read_changes(clinic)
    visit = await row(clinic, booking_id)
    assert (visit.state, visit.slot) == ("booked", NINE)
    assert (visit.clinician_id, visit.clinician) == (COLLEAGUE, lane_of(COLLEAGUE))
    assert await two.owed() == ["moved"]
    await refresh_all(clinic)
    for whose, is_free in ((DEFAULT_ID, True), (COLLEAGUE, False)):
        free = await free_openings(clinic.of(whose))
        assert isinstance(free, tuple)
        assert (NINE in free) is is_free


@pytest.mark.parametrize("silent", [DEFAULT_ID, COLLEAGUE])
async def test_one_of_the_two_readings_is_enough(two: Two, silent: str) -> None:
    """A calendar whose changes come late changes nothing more when they come."""
    booking_id = await two.visit()
    await two.to_colleague(booking_id)
    late = tuple(
        replace(one, calendar=FaultyCalendar(one.calendar, {"changes": "before"}))
        if one.id == silent
        else one
        for one in two.clinic.clinicians
    )
    await read_changes(replace(two.clinic, clinicians=late))
    visit = await row(two.clinic, booking_id)
    assert (visit.state, visit.clinician_id) == ("booked", COLLEAGUE)
    assert await two.owed() == ["moved"]
    await follow_all(two.clinic)
    assert (await row(two.clinic, booking_id)).state == "booked"
    assert await two.owed() == ["moved"]


async def test_a_visit_handed_back_owes_the_patient_nothing(two: Two) -> None:
    """Undone before the patient was told, nothing is told."""
    booking_id = await two.visit()
    await two.to_colleague(booking_id)
    await follow_all(two.clinic)
    await two.hand_over((await row(two.clinic, booking_id)).event_id or "", DEFAULT_ID)
    await follow_all(two.clinic)
    await look(two.clinic, booking_id)
    assert (await row(two.clinic, booking_id)).clinician_id == DEFAULT_ID
    assert await two.owed() == []


async def test_a_deleted_visit_is_cancelled_with_two_therapists_too(two: Two) -> None:
    """No colleague has its event, so it is a cancellation."""
    booking_id = await two.visit()
    own = (await row(two.clinic, booking_id)).event_id or ""
    found = await two.clinic.calendar.find(own)
    assert isinstance(found, CalendarEvent)
    await two.clinic.calendar.cancel(own, found.etag)
    await follow_all(two.clinic)
    assert (await row(two.clinic, booking_id)).state == "cancelled"
    assert await two.owed() == ["cancelled"]


async def test_a_colleagues_calendar_that_does_not_answer_cancels_nothing(two: Two) -> None:
    """The event is gone here and may be there: the visit stays until that is known."""
    booking_id = await two.visit()
    await two.to_colleague(booking_id)
    mute = two.clinic.of("nobody").calendar
    first, second = two.clinic.clinicians
    unsure = replace(two.clinic, clinicians=(first, replace(second, calendar=mute)))
    await read_changes(unsure)
    assert (await row(two.clinic, booking_id)).state == "booked"
    assert await two.owed() == []
    await look(two.clinic, booking_id)
    assert (await row(two.clinic, booking_id)).clinician_id == COLLEAGUE


async def test_a_visit_put_on_top_of_the_colleagues_own_is_marked(two: Two) -> None:
    """The constraint holds for the colleague: the visit leaves the lane, and staff are warned."""
    clinic = two.clinic
    async with clinic.pool.connection() as conn:
        theirs = await holds.hold(conn, "CA2", "hold", NINE, COLLEAGUE)
    assert isinstance(theirs, holds.Held)
    await confirm(clinic, theirs.booking_id, NOTE)
    await insert(clinic, theirs.booking_id)
    booking_id = await two.visit()
    await two.to_colleague(booking_id)
    await follow_all(clinic)
    await look(clinic, booking_id)
    visit = await row(clinic, booking_id)
    assert (visit.clinician_id, visit.clinician) == (COLLEAGUE, -booking_id)
    assert visit.warning


async def test_each_therapist_has_times_of_their_own(two: Two) -> None:
    """Two callers get the same time with two therapists; a third gets it with neither."""
    clinic = two.clinic
    first = await hold(clinic, NINE, "CA1")
    async with clinic.pool.connection() as conn:
        second = await holds.hold(conn, "CA2", "hold", NINE, COLLEAGUE)
        assert isinstance(second, holds.Held)
        assert await holds.hold(conn, "CA3", "hold", NINE, COLLEAGUE) == Taken()
        assert await holds.hold(conn, "CA3", "hold", NINE) == Taken()
    for booking_id in (first, second.booking_id):
        await confirm(clinic, booking_id)
        await insert(clinic, booking_id)
        async with clinic.pool.connection() as conn:
            assert isinstance(await status(conn, booking_id), Booked)
    for whose, booking_id in ((DEFAULT_ID, first), (COLLEAGUE, second.booking_id)):
        own = (await row(clinic, booking_id)).event_id or ""
        found = await clinic.of(whose).calendar.find(own)
        assert isinstance(found, CalendarEvent)
        assert found.booking_id == str(booking_id)


async def test_a_visit_of_a_therapist_who_was_removed_is_kept(two: Two) -> None:
    """Their calendar is not known any more: nothing is cancelled, and nothing is told."""
    booking_id = await two.visit()
    await two.to_colleague(booking_id)
    await follow_all(two.clinic)
    without = replace(two.clinic, clinicians=two.clinic.clinicians[:1])
    await follow_all(without)
    assert (await row(two.clinic, booking_id)).state == "booked"
    assert await two.owed() == ["moved"]
    answer = await without.of(COLLEAGUE).calendar.find("x")
    assert answer == Unknown('CLINICIANS does not name "rivera" any more')
