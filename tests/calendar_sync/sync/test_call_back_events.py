"""Call-back requests appear in the calendar and can be closed there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from support.clinic import live_events, requests
from support.faulty_calendar import FaultyCalendar, Killed

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.call_backs import Caller
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.clinic import Clinic
from calendar_sync.sync import call_back_events
from calendar_sync.sync.staff_jobs import follow_all


@pytest.fixture
def clinic(either: Clinic) -> Clinic:
    """A clinic with either calendar."""
    return either


MARIA = Caller("CA9", "+14255550199", "en")
Closes = Callable[[Clinic, CalendarEvent], Awaitable[object]]


async def _delete(clinic: Clinic, event: CalendarEvent) -> object:
    return await clinic.calendar.cancel(event.event_id, event.etag)


async def _write_done(clinic: Clinic, event: CalendarEvent) -> object:
    return await clinic.calendar.rewrite(event.event_id, event.etag, title=f"DONE: {event.title}")


@pytest.mark.parametrize("close", [_delete, _write_done])
async def test_a_call_back_stands_in_the_calendar_until_staff_close_it(
    clinic: Clinic, close: Closes
) -> None:
    """A call-back is a free event at the next opening; deleting it or marking it done closes it."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(
            conn, Caller("CA9", "+14255550199", "es"), Reason.SAFETY_STOP, "bladder"
        )
    await follow_all(clinic)
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT event_id FROM call_back")
        [(event_id,)] = await rows.fetchall()
    there = await clinic.calendar.find(event_id)
    assert isinstance(there, CalendarEvent)
    assert there.title == "Call back ··0199"
    assert there.description.startswith(
        "CALL: +1 425 555 0199 (speaks Spanish)\nWHY: answered yes, not sure, or nothing"
    )
    assert there.span is not None
    assert await clinic.calendar.busy(there.span) == ()
    await close(clinic, there)
    await follow_all(clinic)
    assert await requests(clinic) == []


async def test_a_call_back_that_was_closed_elsewhere_takes_its_event_along(
    clinic: Clinic,
) -> None:
    """Marking a call-back done on the command line deletes its event."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.ASKED_FOR_PERSON)
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        [request] = await call_backs.open_requests(conn)
        rows = await conn.execute("SELECT event_id FROM call_back")
        [(event_id,)] = await rows.fetchall()
        await call_backs.mark_done(conn, request.id)
    await follow_all(clinic)
    there = await clinic.calendar.find(event_id)
    assert isinstance(there, CalendarEvent)
    assert there.cancelled


async def test_one_that_was_closed_while_its_event_was_inserted_leaves_no_event(
    clinic: Clinic,
) -> None:
    """Another run finds no event yet, and does not take that for the end of it."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.ASKED_FOR_PERSON)
        [request] = await call_backs.open_requests(conn)

    async def another_run() -> None:
        async with clinic.pool.connection() as conn:
            assert await call_backs.mark_done(conn, request.id)
        await call_back_events.clear(clinic)

    calendar = FaultyCalendar(clinic.calendar, meanwhile={"insert": another_run})
    await call_back_events.show(replace(clinic, calendar=calendar))
    await call_back_events.clear(clinic)
    assert await live_events(clinic) == []


async def test_two_reasons_to_call_somebody_are_one_event(clinic: Clinic) -> None:
    """One event lists both reasons, stays while either is open, and closes both."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, Caller("CA9", None, "en"), Reason.ASKED_FOR_PERSON)
        await call_backs.request(conn, MARIA, Reason.SAFETY_STOP, "bladder")
        await call_backs.request(conn, Caller("CA8", "+14255550188", "en"), Reason.ASKED_FOR_PERSON)
    await follow_all(clinic)
    mine, other = sorted(await live_events(clinic), key=lambda event: event.title, reverse=True)
    assert (mine.title, other.title) == ("Call back ··0199", "Call back ··0188")
    urgent, other_reason = mine.description.splitlines()[1:3]
    assert urgent.startswith("WHY: answered yes, not sure, or nothing to the bladder question")
    assert other_reason == "WHY: asked for a person"
    async with clinic.pool.connection() as conn:
        await call_backs.withdraw(conn, "CA9", Reason.ASKED_FOR_PERSON)
    await follow_all(clinic)
    assert len(await live_events(clinic)) == 2
    await clinic.calendar.cancel(mine.event_id, mine.etag)
    await follow_all(clinic)
    assert await requests(clinic) == ["asked for a person"]


async def test_asked_again_while_it_is_open_it_keeps_its_event(clinic: Clinic) -> None:
    """A request withdrawn and repeated in one transaction, as an edit does, keeps its event."""
    await ask_again(clinic)
    await follow_all(clinic)
    [first] = await live_events(clinic)
    await ask_again(clinic)
    async with clinic.pool.connection() as conn, conn.transaction():
        await call_backs.withdraw(conn, MARIA.call_sid, Reason.VISIT_CANCELLED)
        await call_backs.request_again(conn, MARIA, Reason.VISIT_CANCELLED)
    await follow_all(clinic)
    assert await live_events(clinic) == [first]
    assert await requests(clinic) == [Reason.VISIT_CANCELLED.words()]


async def test_asked_again_after_it_was_done_it_has_one_event(clinic: Clinic) -> None:
    """A repeated request replaces its old event, whether or not that one was already deleted."""
    await ask_again(clinic)
    await follow_all(clinic)
    [first] = await live_events(clinic)
    async with clinic.pool.connection() as conn:
        await call_backs.withdraw(conn, MARIA.call_sid, Reason.VISIT_CANCELLED)
    await ask_again(clinic)
    await follow_all(clinic)
    await follow_all(clinic)
    [second] = await live_events(clinic)
    assert second.event_id != first.event_id
    assert await requests(clinic) == [Reason.VISIT_CANCELLED.words()]
    await clinic.calendar.cancel(second.event_id, second.etag)
    await follow_all(clinic)
    assert await requests(clinic) == []


async def test_an_event_whose_request_was_withdrawn_meanwhile_goes(clinic: Clinic) -> None:
    """If the process dies after the insert and the request is withdrawn, the event is deleted."""
    await ask_again(clinic)
    faulty = FaultyCalendar(clinic.calendar, faults={"insert": "killed after"})
    with pytest.raises(Killed):
        await follow_all(replace(clinic, calendar=faulty))
    assert len(await live_events(clinic)) == 1
    async with clinic.pool.connection() as conn:
        await call_backs.withdraw(conn, MARIA.call_sid, Reason.VISIT_CANCELLED)
    await follow_all(clinic)
    assert await live_events(clinic) == []


async def ask_again(clinic: Clinic) -> None:
    """Request a call back to Maria."""
    async with clinic.pool.connection() as conn:
        await call_backs.request_again(conn, MARIA, Reason.VISIT_CANCELLED)
