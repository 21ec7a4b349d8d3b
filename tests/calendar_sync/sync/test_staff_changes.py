"""A change that staff make in the calendar reaches the booking and the patient exactly once."""

from pathlib import Path

import pytest
from stand_ins.google.server import Google
from support.clinic import SetClock, agree, confirmed, jobs_waiting, own_event, requests, row, span
from support.faulty_calendar import FaultyCalendar
from support.google_clinic import calendar_at
from support.patient_visit import ELEVEN, NINE, TEN, booked
from support.two_therapists import with_calendar

from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs, confirmation, event_text, holds, notices
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.sync.rewrite import rewrite
from calendar_sync.sync.staff_jobs import OVERLAPS, follow_all, look


@pytest.fixture
def clinic(either: Clinic) -> Clinic:
    """A clinic with either calendar."""
    return either


async def staff_move(clinic: Clinic, booking_id: int, to: Span) -> None:
    """Move the event as staff do, and run the sync."""
    there = await own_event(clinic, booking_id)
    assert isinstance(await clinic.calendar.move(there.event_id, to, there.etag), CalendarEvent)
    await follow_all(clinic)
    await look(clinic, booking_id)


async def staff_delete(clinic: Clinic, booking_id: int) -> None:
    """Delete the event as staff do, and run the sync."""
    event = await own_event(clinic, booking_id)
    await clinic.calendar.cancel(event.event_id, event.etag)
    await follow_all(clinic)


async def open_notices(clinic: Clinic) -> list[tuple[str, Span | None]]:
    """The notices that patients have yet to receive."""
    async with clinic.pool.connection() as conn:
        return [(each.kind, each.what) for each in await notices.open_notices(conn)]


async def notify_all(clinic: Clinic) -> None:
    """Mark every notice as delivered."""
    async with clinic.pool.connection() as conn:
        for each in await notices.open_notices(conn):
            assert await notices.mark_notified(conn, each.id)


async def outcomes(clinic: Clinic) -> list[str]:
    """The stored outcome of each change."""
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT outcome FROM staff_change ORDER BY seen_at")
        return [outcome async for (outcome,) in rows]


async def test_a_moved_event_moves_its_booking(clinic: Clinic) -> None:
    """A staff move frees the old time, takes the new one, and queues one notice."""
    booking_id = await booked(clinic)
    await staff_move(clinic, booking_id, TEN)
    await follow_all(clinic)
    assert (await row(clinic, booking_id)).slot == TEN
    assert await open_notices(clinic) == [("moved", TEN)]
    assert await outcomes(clinic) == ["moved"]
    async with clinic.pool.connection() as conn:
        assert isinstance(await holds.hold(conn, "CA2", "hold", NINE), holds.Held)
        assert isinstance(await holds.hold(conn, "CA3", "hold", TEN), confirmation.Taken)


async def test_without_consent_it_is_on_the_call_back_list(clinic: Clinic) -> None:
    """Without consent, staff call the patient; marking the call-back done settles the notice."""
    booking_id = await booked(clinic)
    await staff_move(clinic, booking_id, TEN)
    assert await requests(clinic) == [
        "visit moved by staff to Tue Dec 1, 10:00 AM: tell the patient"
    ]
    async with clinic.pool.connection() as conn:
        [request] = await call_backs.open_requests(conn)
        await call_backs.mark_done(conn, request.id)
    await follow_all(clinic)
    assert await open_notices(clinic) == []
    assert (await row(clinic, booking_id)).promised == TEN


async def test_with_consent_it_waits_for_its_text(clinic: Clinic) -> None:
    """With consent, a notice is listed for staff only if no text was sent within five minutes."""
    booking_id = await booked(clinic)
    await agree(clinic, booking_id)
    await staff_move(clinic, booking_id, TEN)
    assert (await open_notices(clinic), await requests(clinic)) == ([("moved", TEN)], [])
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE telling SET created = now() - interval '6 minutes'")
    await follow_all(clinic)
    assert len(await requests(clinic)) == 1


async def test_a_deleted_event_cancels_its_booking(clinic: Clinic) -> None:
    """A staff deletion frees the time and queues a notice to the patient."""
    booking_id = await booked(clinic)
    await staff_delete(clinic, booking_id)
    assert (await row(clinic, booking_id)).state == "cancelled"
    assert await open_notices(clinic) == [("cancelled", None)]
    await booked(clinic, NINE, "CA2")


@pytest.mark.parametrize("told", [False, True])
async def test_a_move_undone_is_told_only_if_it_had_been_told(clinic: Clinic, told: bool) -> None:  # noqa: FBT001
    """An undone move is silent if the patient had not heard of it, and announced if they had."""
    booking_id = await booked(clinic)
    await staff_move(clinic, booking_id, TEN)
    if told:
        await notify_all(clinic)
    await staff_move(clinic, booking_id, NINE)
    assert await open_notices(clinic) == ([("moved", NINE)] if told else [])
    assert len([each for each in await requests(clinic) if "9:00" in each]) == told
    assert (await row(clinic, booking_id)).slot == NINE


async def test_shortened_retitled_annotated_is_kept(clinic: Clinic) -> None:
    """A new end time is stored, staff's text stays, and no notice is sent."""
    booking_id = await booked(clinic)
    there = await own_event(clinic, booking_id)
    await clinic.calendar.rewrite(
        there.event_id, there.etag, title="Called Bob", description="Wants a morning"
    )
    short = span("2026-12-01 09:00", 10)
    await staff_move(clinic, booking_id, short)
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    there = await own_event(clinic, booking_id)
    assert (there.title, there.description, there.span) == ("Called Bob", "Wants a morning", short)
    assert (await row(clinic, booking_id)).slot == short
    assert (await open_notices(clinic), await outcomes(clinic)) == ([], ["kept"])


async def test_two_bookings_at_one_time_are_accepted_and_marked(clinic: Clinic) -> None:
    """Two bookings at one time both stay; the moved one is marked until it is alone again."""
    first, second = await booked(clinic), await booked(clinic, TEN, "CA2")
    await staff_move(clinic, second, NINE)
    moved = await row(clinic, second)
    assert (moved.slot, moved.clinician) == (NINE, -second)
    assert (await own_event(clinic, second)).description.startswith(f"CHECK: {OVERLAPS}\nCALL:")
    async with clinic.pool.connection() as conn:
        assert isinstance(await holds.hold(conn, "CA3", "hold", NINE), confirmation.Taken)
    await staff_delete(clinic, first)
    assert (await row(clinic, second)).clinician == 1
    assert "look_at_event" in await jobs_waiting(clinic)
    await look(clinic, second)
    assert (await own_event(clinic, second)).description.startswith("CALL:")


async def test_a_mark_is_put_before_what_staff_wrote_and_taken_away_again(
    clinic: Clinic,
) -> None:
    """The mark is added before staff's text and removed again without changing it."""
    first, second = await booked(clinic), await booked(clinic, TEN, "CA2")
    there = await own_event(clinic, second)
    await clinic.calendar.rewrite(there.event_id, there.etag, description="Ask for the MRI")
    await staff_move(clinic, second, NINE)
    assert (await own_event(clinic, second)).description == f"CHECK: {OVERLAPS}\nAsk for the MRI"
    await staff_move(clinic, first, ELEVEN)
    await look(clinic, second)
    assert (await own_event(clinic, second)).description == "Ask for the MRI"


async def test_our_own_writes_are_not_staffs(clinic: Clinic) -> None:
    """Our own inserts, consent updates and withdrawals produce no change and no notice."""
    booking_id = await booked(clinic)
    await agree(clinic, booking_id)
    await rewrite(clinic, booking_id)
    await follow_all(clinic)
    assert (await open_notices(clinic), await outcomes(clinic)) == ([], [])


async def test_a_change_before_the_booking_is_settled_is_looked_at_later(
    clinic: Clinic,
) -> None:
    """A change seen between the insert and its read-back is not lost when the cursor advances."""
    booking_id = await confirmed(clinic, NINE)
    await clinic.calendar.insert(event_text.event_for(clinic, await row(clinic, booking_id)))
    event = await own_event(clinic, booking_id)
    await clinic.calendar.cancel(event.event_id, event.etag)
    await follow_all(clinic)
    assert "look_at_event" in await jobs_waiting(clinic)


async def test_what_was_deleted_while_the_cursor_was_lost_is_found(clinic: Clinic) -> None:
    """A full sync checks every future visit that is missing from its result."""
    booking_id = await booked(clinic)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE calendar_cursor SET cursor = 'no cursor of this calendar'")
    event = await own_event(clinic, booking_id)
    await clinic.calendar.cancel(event.event_id, event.etag)
    await follow_all(clinic)
    await look(clinic, booking_id)
    assert await open_notices(clinic) == [("cancelled", None)]


async def test_a_reading_that_an_older_one_overtook_is_read_again(clinic: Clinic) -> None:
    """Two notifications in one second: the second change is synced at once, not a minute later."""
    booking_id = await booked(clinic)

    async def overtake() -> None:
        await follow_all(clinic)
        there = await own_event(clinic, booking_id)
        await clinic.calendar.cancel(there.event_id, there.etag)

    slower = FaultyCalendar(clinic.calendar, meanwhile={"changes": overtake})
    await follow_all(with_calendar(clinic, slower))
    assert (await row(clinic, booking_id)).state == "cancelled"


async def test_visits_that_are_over_concern_nobody(clinic: Clinic, now: SetClock) -> None:
    """Deleting past events sends no notice."""
    booking_id = await booked(clinic)
    now.at = NINE.end
    await staff_delete(clinic, booking_id)
    assert (await open_notices(clinic), (await row(clinic, booking_id)).state) == (
        [],
        "booked",
    )


@pytest.mark.parametrize("told", [False, True])
async def test_a_deleted_event_that_is_restored_is_booked_again(
    clinic: Clinic,
    tmp_path: Path,
    told: bool,  # noqa: FBT001  # a parameter
) -> None:
    """A restored event is booked again; the patient is told only if they knew of the deletion."""
    with Google() as google, calendar_at(google, tmp_path) as calendar:
        clinic = with_calendar(clinic, calendar)
        await follow_all(clinic)
        booking_id = await booked(clinic)
        await staff_delete(clinic, booking_id)
        if told:
            await notify_all(clinic)
        google.screenings.restore((await row(clinic, booking_id)).event_id or "")
        await follow_all(clinic)
        assert (await row(clinic, booking_id)).state == "booked"
        assert await open_notices(clinic) == ([("restored", NINE)] if told else [])
        assert google.broken_rules == []
