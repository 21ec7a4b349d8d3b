"""The events of a person who is forgotten go from every calendar, or it is said why not."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from stand_ins.google.server import INVITATIONS, RIVERA, Google
from support.clinic import confirmed, row, span
from support.faulty_calendar import FaultyCalendar
from support.google_clinic import calendar_at
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.bookings import call_backs, patient_changes
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.silent_cancel import cancel_silently
from calendar_sync.clinic import Clinic, Invitations
from calendar_sync.sync import invitations
from calendar_sync.sync.insert import insert
from calendar_sync.sync.removal import CHANGED, MAY_COME, NO_INVITATIONS, Removal, remove_events
from calendar_sync.sync.staff_jobs import follow_all

NINE = span("2026-12-01 09:00")


@pytest_asyncio.fixture
async def team(clinic: Clinic, google: Google, tmp_path: Path) -> AsyncGenerator[Clinic]:
    """Two therapists at Google, and a calendar that invites."""
    with calendar_at(google, tmp_path) as calendar:
        inviting = Invitations(calendar.inviting(INVITATIONS), lambda _: ("Visit", "By video"))
        clinic = replace(clinic, calendar=calendar, invitations=inviting)
        yield with_two(clinic, calendar.beside(RIVERA, ()))


async def visit_of(clinic: Clinic) -> int:
    """A visit in the calendar."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    return booking_id


async def requested(clinic: Clinic, visit: int) -> int:
    """A call-back about a visit, in the calendar; its id."""
    booked = await row(clinic, visit)
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, booked, Reason.TEXT_FAILED, "x")
        [request] = await call_backs.open_requests(conn)
    await follow_all(clinic)
    return request.id


async def removed(clinic: Clinic, visit: int, *requests: int) -> Removal:
    """Cancel silently, then remove the events."""
    async with clinic.pool.connection() as conn, conn.transaction():
        await cancel_silently(conn, [visit], requests)
    return await remove_events(clinic, [visit], requests)


def live(google: Google) -> list[str]:
    """The titles of all events that are not cancelled."""
    return [
        event.get("summary", "")
        for calendar in google.world.calendars.values()
        for event in calendar.events.values()
        if event["status"] != "cancelled"
    ]


async def test_visit_call_back_and_invitation_go(team: Clinic, google: Google) -> None:
    """Each in its own calendar, once; a repeat finds nothing left."""
    visit = await visit_of(team)
    await patient_changes.store_contact(team, visit, "", "ana@example.org")
    await invitations.update(team, visit)
    request = await requested(team, visit)
    assert len(live(google)) == 3
    assert await removed(team, visit, request) == Removal(2, 1, ())
    assert live(google) == []
    assert await removed(team, visit, request) == Removal(0, 0, ())


async def test_an_event_in_a_colleagues_calendar_goes(team: Clinic, google: Google) -> None:
    """Staff may have put it there, and the line need not have seen that yet."""
    visit = await visit_of(team)
    google.screenings.hand_over((await row(team, visit)).event_id or "", google.rivera)
    assert len(live(google)) == 1
    assert await removed(team, visit) == Removal(1, 0, ())
    assert live(google) == []


async def test_what_staff_wrote_into_it_does_not_keep_it(team: Clinic, google: Google) -> None:
    """Also one that staff moved, renamed and filled with notes is about the person."""
    visit = await visit_of(team)
    event = (await row(team, visit)).event_id or ""
    google.screenings.edit(event, summary="Ms Quill", description="calls from 425 555 0123")
    assert await removed(team, visit) == Removal(1, 0, ())
    assert live(google) == []


async def test_copies_that_staff_made_go_too(team: Clinic, google: Google) -> None:
    """In any calendar, while it has the number; an event of another database is not one."""
    visit = await visit_of(team)
    event = google.screenings.events[(await row(team, visit)).event_id or ""]
    google.rivera.put({**event, "id": "copy0fthevisit"})
    other = {"id": "an0therdatabase", "description": "CALL: +1 425 555 0188"}
    google.screenings.put({**event, **other})
    assert await removed(team, visit) == Removal(2, 0, ())
    assert [
        each["id"]
        for calendar in (google.screenings, google.rivera)
        for each in calendar.events.values()
        if each["status"] != "cancelled"
    ] == ["an0therdatabase"]


async def test_a_therapist_who_left_is_named(team: Clinic, google: Google) -> None:
    """The calendar of one whom the settings do not name is out of reach: that is a problem."""
    visit = await visit_of(team)
    google.screenings.hand_over((await row(team, visit)).event_id or "", google.rivera)
    await follow_all(team)
    assert (await row(team, visit)).clinician_id == COLLEAGUE
    alone = replace(team, clinicians=team.clinicians[:1])
    [problem] = (await removed(alone, visit)).problems
    assert 'CLINICIANS does not name "rivera" any more' in problem
    assert "Video screening ··0123" in live(google)


async def test_invitations_without_their_calendar_are_a_problem(
    team: Clinic, google: Google
) -> None:
    """Whoever unset the setting must set it again: the patient's email is in the event."""
    visit = await visit_of(team)
    await patient_changes.store_contact(team, visit, "", "ana@example.org")
    await invitations.update(team, visit)
    assert (await removed(replace(team, invitations=None), visit)).problems == (NO_INVITATIONS,)
    assert len(live(google)) == 1


async def test_a_change_at_the_same_moment_and_silence_are_problems(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """Each is said once, however many events it is about."""
    visit = await visit_of(clinic)

    async def staff() -> None:
        event = (await row(clinic, visit)).event_id or ""
        found = await calendar.real.find(event)
        assert found is not None
        await calendar.real.rewrite(event, getattr(found, "etag", ""), title="changed")

    calendar.meanwhile["cancel"] = staff
    assert await removed(clinic, visit) == Removal(0, 0, (CHANGED,))
    calendar.faults = {"cancel": "after"}
    assert (await removed(clinic, visit)).problems == (
        "a calendar did not answer (the answer was lost)",
    )
    calendar.faults = {}
    assert await removed(clinic, visit) == Removal(0, 0, ())


@pytest.mark.parametrize(("seconds", "problems"), [(119, (MAY_COME,)), (121, ())])
async def test_a_call_back_that_may_still_appear_is_waited_for(
    clinic: Clinic, calendar: FaultyCalendar, seconds: int, problems: tuple[str, ...]
) -> None:
    """Its insert had no answer: for two minutes the event may still come."""
    visit = await visit_of(clinic)
    calendar.faults = {"insert": "before"}
    request = await requested(clinic, visit)
    calendar.faults = {}
    await removed(clinic, visit, request)
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE call_back SET done_at = now() - make_interval(secs => %s)", [seconds]
        )
    assert (await remove_events(clinic, [visit], [request])).problems == problems
