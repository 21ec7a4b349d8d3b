"""Staff put a visit into a calendar that only blocks times: it stands, and nobody is misled."""

import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import RIVERA
from support.clinic import requests, row, span
from support.google_visit import GoogleVisit
from support.two_therapists import with_two

from calendar_sync.bookings import notices
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.patient_changes import cancel
from calendar_sync.calendars.google.calendar import GoogleCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.after_restore import Reconciled, reconcile_restored
from calendar_sync.sync.insert import withdraw
from calendar_sync.sync.removal import BESIDE, remove_events
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import follow_all, look

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
ASKED = Reason.OTHER_CALENDAR.words()
HIDDEN = pytest.mark.parametrize("role", ["owner", "freeBusyReader"])


async def put_beside(visit: GoogleVisit, role: str = "owner") -> None:
    """Staff choose the doctor's own calendar for the event; a minute passes."""
    visit.google.doctor.role = role
    visit.google.screenings.hand_over(visit.event, visit.google.doctor)
    await a_minute(visit)


async def a_minute(visit: GoogleVisit, clinic: Clinic | None = None) -> None:
    """Staff's changes are followed, and the job that this queues runs."""
    await follow_all(clinic or visit.clinic)
    await look(clinic or visit.clinic, visit.booking_id)


async def owed(visit: GoogleVisit) -> list[str]:
    """What the patient has yet to be told."""
    async with visit.clinic.pool.connection() as conn:
        return [each.kind for each in await notices.open_notices(conn)]


@HIDDEN
async def test_the_visit_stands_and_staff_are_asked_once(
    google_visit: GoogleVisit, role: str
) -> None:
    """Also where the line sees no more of that calendar than its busy times."""
    await put_beside(google_visit, role)
    await a_minute(google_visit)
    visit = await row(google_visit.clinic, google_visit.booking_id)
    assert (visit.state, visit.slot) == ("booked", NINE)
    assert await owed(google_visit) == []
    assert await requests(google_visit.clinic) == [ASKED]


async def test_it_is_followed_there(google_visit: GoogleVisit) -> None:
    """Its patient is told of another time there, and of its deletion."""
    await put_beside(google_visit)
    doctor = google_visit.google.doctor
    doctor.drag(google_visit.event, "2026-12-01 10:00", "2026-12-01 10:20")
    await a_minute(google_visit)
    assert (await row(google_visit.clinic, google_visit.booking_id)).slot.start == TEN.start
    assert await owed(google_visit) == ["moved"]
    doctor.delete(google_visit.event)
    await a_minute(google_visit)
    assert (await row(google_visit.clinic, google_visit.booking_id)).state == "cancelled"


@HIDDEN
async def test_put_back_it_is_as_before(google_visit: GoogleVisit, role: str) -> None:
    """Its patient is told nothing, and its event is written again."""
    await put_beside(google_visit, role)
    google = google_visit.google
    google.doctor.hand_over(google_visit.event, google.screenings)
    google.screenings.edit(google_visit.event, description="")
    await a_minute(google_visit)
    visit = await row(google_visit.clinic, google_visit.booking_id)
    assert (visit.state, visit.slot, visit.warning) == ("booked", NINE, "")
    await rewrite(google_visit.clinic, google_visit.booking_id)
    assert await owed(google_visit) == []


@HIDDEN
async def test_a_deleted_visit_is_cancelled_whatever_else_is_busy(
    google_visit: GoogleVisit, role: str
) -> None:
    """A day off over its time, for example, is no sign that it lives on there."""
    google_visit.google.doctor.role = role
    google_visit.google.doctor.add("2026-12-01 08:00", "2026-12-01 17:00", "Day off")
    google_visit.google.screenings.delete(google_visit.event)
    await follow_all(google_visit.clinic)
    assert (await row(google_visit.clinic, google_visit.booking_id)).state == "cancelled"
    assert ASKED not in await requests(google_visit.clinic)


async def test_a_calendar_that_does_not_answer_is_asked_again(google_visit: GoogleVisit) -> None:
    """Until it does, the patient is told nothing."""
    google_visit.google.screenings.hand_over(google_visit.event, google_visit.google.doctor)
    google_visit.google.faults.append(Fault("events.get", "status", status=503, times=1))
    await follow_all(google_visit.clinic)
    assert (await row(google_visit.clinic, google_visit.booking_id)).state == "booked"
    assert await owed(google_visit) == []
    google_visit.google.faults.append(Fault("events.list", "status", status=503, times=1))
    google_visit.google.doctor.delete(google_visit.event)
    google_visit.google.doctor.role = "freeBusyReader"
    with pytest.raises(NotYet):
        await look(google_visit.clinic, google_visit.booking_id)
    assert (await row(google_visit.clinic, google_visit.booking_id)).state == "booked"
    google_visit.google.faults.clear()
    await look(google_visit.clinic, google_visit.booking_id)
    assert (await row(google_visit.clinic, google_visit.booking_id)).state == "cancelled"


async def test_with_two_therapists_it_stays_with_its_own(google_visit: GoogleVisit) -> None:
    """A calendar that only blocks times says nothing about whose visit it is."""
    calendar = google_visit.clinic.calendar
    assert isinstance(calendar, GoogleCalendar)
    team = with_two(google_visit.clinic, calendar.beside(RIVERA, ()))
    await follow_all(team)
    google_visit.google.screenings.hand_over(google_visit.event, google_visit.google.doctor)
    await a_minute(google_visit, team)
    visit = await row(team, google_visit.booking_id)
    assert (visit.state, visit.clinician_id) == ("booked", google_visit.clinic.clinician_id)
    assert await owed(google_visit) == []


async def test_staff_remove_there_what_the_line_cannot(google_visit: GoogleVisit) -> None:
    """A patient who cancels is believed; a person to be forgotten is not, until it is gone."""
    await put_beside(google_visit)
    clinic, booking_id = google_visit.clinic, google_visit.booking_id
    found = await remove_events(clinic, [booking_id], [])
    assert found.problems == (BESIDE,)
    await cancel(clinic, booking_id)
    await withdraw(clinic, booking_id)
    assert Reason.EVENT_OUTDATED.words() in await requests(google_visit.clinic)
    google_visit.google.doctor.delete(google_visit.event)
    assert (await remove_events(clinic, [booking_id], [])).problems == ()


async def test_a_restored_backup_finds_it(google_visit: GoogleVisit) -> None:
    """It is not taken for canceled."""
    await put_beside(google_visit)
    assert await reconcile_restored(google_visit.clinic) == Reconciled(1, 0, 0)
