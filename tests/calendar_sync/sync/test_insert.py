"""A booking is announced only once its event is in the calendar, whatever fails on the way."""

from dataclasses import replace

import pytest
from support.clinic import (
    SetClock,
    confirmed,
    expire,
    hold,
    jobs_waiting,
    live_events,
    own_event,
    requests,
    row,
    span,
    standing,
)
from support.faulty_calendar import FaultyCalendar

from calendar_sync.bookings import holds
from calendar_sync.bookings.booking import Booked, NotBooked, Pending, Taken
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.staff_jobs import OVERLAPS, look

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
LUNCH = Event(event_id("staff", "lunch", 0), NINE, "Lunch")


async def test_booked_is_an_event_that_was_read_back(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A booking is booked once its event is inserted and read back, with the version read."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    [event] = await live_events(clinic)
    stored = await row(clinic, booking_id)
    assert (event.span, event.booking_id) == (NINE, str(booking_id))
    assert (event.event_id, event.etag) == (stored.event_id, stored.etag)
    assert await standing(clinic, booking_id) == Booked(NINE, stored.visit_code or "")
    assert calendar.asked[:3] == ["busy", "insert", "find"]


async def test_a_busy_time_is_taken_and_nothing_is_inserted(clinic: Clinic) -> None:
    """If staff filled the time after it was offered, the caller hears other times."""
    await clinic.calendar.insert(replace(LUNCH, span=span("2026-12-01 09:10", 5)))
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == Taken()
    assert [event.title for event in await live_events(clinic)] == ["Lunch"]
    assert await requests(clinic) == []
    await hold(clinic, NINE, "CA2")


async def test_back_to_back_with_a_busy_time_is_free(clinic: Clinic) -> None:
    """The insert checks only its own time for conflicts."""
    await clinic.calendar.insert(replace(LUNCH, span=span("2026-12-01 09:20")))
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)


@pytest.mark.parametrize("where", ["busy", "insert", "find"])
@pytest.mark.parametrize("fault", ["before", "after"])
async def test_an_unknown_answer_settles_nothing_and_the_next_run_does(
    clinic: Clinic, calendar: FaultyCalendar, where: str, fault: str
) -> None:
    """A booking stays pending while the calendar does not answer, then gets exactly one event."""
    booking_id = await confirmed(clinic, NINE)
    calendar.faults = {where: "before" if fault == "before" else "after"}
    with pytest.raises(NotYet) as trouble:
        await insert(clinic, booking_id)
    assert trouble.value.wait == (7 if fault == "before" else 0)
    assert await standing(clinic, booking_id) == Pending()
    calendar.faults = {}
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)
    assert len(await live_events(clinic)) == 1


@pytest.mark.parametrize("where", ["busy", "insert", "find"])
async def test_a_calendar_that_never_answers_never_frees_a_time(
    clinic: Clinic, calendar: FaultyCalendar, where: str
) -> None:
    """A confirmed booking keeps its time past the five-minute hold limit."""
    booking_id = await confirmed(clinic, NINE)
    calendar.faults = {where: "before"}
    with pytest.raises(NotYet):
        await insert(clinic, booking_id)
    await expire(clinic, booking_id)
    async with clinic.pool.connection() as conn:
        await holds.release_expired(conn)
        await holds.release_unconfirmed(conn, "CA1")
        assert await holds.hold(conn, "CA2", "hold", NINE) == Taken()


async def test_a_refusal_is_not_booked_and_staff_hear_of_it(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A refused insert frees the time and requests a call back."""
    booking_id = await confirmed(clinic, NINE)
    calendar.faults = {"insert": "refused"}
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == NotBooked()
    assert await requests(clinic) == [Reason.NOT_IN_CALENDAR.for_staff()]
    await hold(clinic, NINE, "CA2")


async def test_staff_who_delete_the_event_at_once_have_it_deleted(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """An event deleted before it is read back is not reinserted, and staff get a call-back."""
    booking_id = await confirmed(clinic, NINE)

    async def delete() -> None:
        there = await own_event(clinic, booking_id)
        await clinic.calendar.cancel(there.event_id, there.etag)

    calendar.meanwhile = {"find": delete}
    for _ in range(2):
        await insert(clinic, booking_id)
    assert await live_events(clinic) == []
    assert await standing(clinic, booking_id) == NotBooked()
    assert await requests(clinic) == [Reason.DELETED_TOO_SOON.for_staff()]
    await hold(clinic, NINE, "CA2")


async def test_a_foreign_event_under_our_id_is_left_alone(clinic: Clinic) -> None:
    """If another booking's event has our id, the insert uses the next id."""
    booking_id = await confirmed(clinic, NINE)
    foreign = Event(event_id("CA1", "hold", 0), TEN, "Not ours", booking_id="404")
    await clinic.calendar.insert(foreign)
    await insert(clinic, booking_id)
    assert {event.title for event in await live_events(clinic)} == {
        "Not ours",
        "Video screening ··0123",
    }
    assert isinstance(await standing(clinic, booking_id), Booked)


async def test_a_kill_between_two_generations_ends_in_one_event(clinic: Clinic) -> None:
    """If the process dies after storing the next id, the rerun inserts one event."""
    booking_id = await confirmed(clinic, NINE)
    for number in range(2):
        await clinic.calendar.insert(
            Event(event_id("CA1", "hold", number), TEN, "Not ours", booking_id="404")
        )
    await insert(clinic, booking_id)
    await insert(clinic, booking_id)
    ours = [each for each in await live_events(clinic) if each.booking_id == str(booking_id)]
    assert [each.event_id for each in ours] == [event_id("CA1", "hold", 2)]


async def test_used_ids_without_end_fail_the_run(clinic: Clinic, calendar: FaultyCalendar) -> None:
    """If the calendar reports every id as used, the job fails and retries later."""
    booking_id = await confirmed(clinic, NINE)
    for number in range(9):
        await clinic.calendar.insert(
            Event(event_id("CA1", "hold", number), TEN, "Not ours", booking_id="404")
        )
    with pytest.raises(NotYet, match="in a row were used"):
        await insert(clinic, booking_id)
    assert len(calendar.asked) < 60


async def test_an_event_moved_before_it_was_seen_is_booked_where_it_stands(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """If staff move the event before it is read back, their time stands and the patient is told."""
    booking_id = await confirmed(clinic, NINE)

    async def drag() -> None:
        there = await own_event(clinic, booking_id)
        await clinic.calendar.move(there.event_id, TEN, there.etag)

    calendar.meanwhile = {"find": drag}
    await insert(clinic, booking_id)
    now = await standing(clinic, booking_id)
    assert isinstance(now, Booked)
    assert now.slot == TEN
    assert await requests(clinic) == [
        "visit moved by staff to Tue Dec 1, 10:00 AM: tell the patient"
    ]
    assert [event.span for event in await live_events(clinic)] == [TEN]
    await hold(clinic, NINE, "CA2")


async def test_what_else_stands_at_a_booked_time_is_looked_at_once(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """An event that staff add between our check and our insert stays, and ours is marked."""
    booking_id = await confirmed(clinic, NINE)
    calendar.meanwhile = {"insert": lambda: calendar.real.insert(LUNCH)}
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)
    assert (await jobs_waiting(clinic)).count("look_at_event") == 1
    await look(clinic, booking_id)
    assert (await own_event(clinic, booking_id)).description.startswith(f"CHECK: {OVERLAPS}")


async def test_a_booking_cancelled_meanwhile_takes_its_event_along(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """If a booking is cancelled during its insert, the event is removed."""
    booking_id = await confirmed(clinic, NINE)

    async def cancel() -> None:
        async with clinic.pool.connection() as conn:
            await conn.execute("UPDATE booking SET state = 'cancelled' WHERE id = %s", [booking_id])

    calendar.meanwhile = {"insert": cancel}
    await insert(clinic, booking_id)
    assert await live_events(clinic) == []
    assert await standing(clinic, booking_id) == NotBooked()


async def test_a_time_that_has_come_without_an_answer_is_given_up(
    clinic: Clinic, calendar: FaultyCalendar, now: SetClock
) -> None:
    """A job stops retrying once the visit time arrives, and staff call the patient."""
    booking_id = await confirmed(clinic, NINE)
    calendar.faults = {"busy": "before"}
    now.at = NINE.start
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == NotBooked()
    assert await requests(clinic) == [Reason.NOT_IN_CALENDAR.for_staff()]


async def test_a_hold_without_a_yes_is_never_inserted(
    clinic: Clinic, calendar: FaultyCalendar
) -> None:
    """A job for an unconfirmed hold does nothing."""
    await insert(clinic, await hold(clinic, NINE))
    assert calendar.asked == []
