"""All requests about one number share an event, which follows what is added or promised."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.clinic import SetClock, live_events, requests
from support.faulty_calendar import FaultyCalendar, Killed

from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.call_backs import Caller
from calendar_sync.clinic import Clinic
from calendar_sync.sync.staff_jobs import follow_all

AFTERNOON = Span(datetime(2026, 11, 30, 20, 0, tzinfo=UTC), datetime(2026, 12, 1, 1, 0, tzinfo=UTC))
MORNING = Span(datetime(2026, 12, 1, 17, 0, tzinfo=UTC), datetime(2026, 12, 1, 20, 0, tzinfo=UTC))
MARIA = Caller("CA9", "+14255550199", "en")
AGAIN = Caller("CA10", MARIA.number, "es")


@pytest.fixture
def clinic(either: Clinic) -> Clinic:
    """A clinic with either calendar."""
    return either


async def test_a_later_call_adds_its_reason_to_the_open_event(clinic: Clinic) -> None:
    """One number has one event: the most urgent reason gives its color, staff's notes stay."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.NO_OPEN_TIME)
    await follow_all(clinic)
    [event] = await live_events(clinic)
    await clinic.calendar.rewrite(
        event.event_id, event.etag, description=f"Tried at 9\n{event.description}"
    )
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, AGAIN, Reason.NO_OPEN_TIME)
        await call_backs.request(conn, AGAIN, Reason.SAFETY_STOP, "bladder")
    for _ in range(2):
        await follow_all(clinic)
    [joined] = await live_events(clinic)
    assert joined.event_id == event.event_id
    lines = joined.description.splitlines()
    assert lines[0].startswith("WHY: answered yes")
    notes = {"CALL: +1 425 555 0199 (speaks Spanish)", "Tried at 9", "WHY: no open time"}
    assert notes <= set(lines)
    assert joined.description.count("WHY: no open time") == 1
    await clinic.calendar.cancel(joined.event_id, joined.etag)
    await follow_all(clinic)
    assert await requests(clinic) == []


async def test_a_reason_that_comes_while_staff_delete_the_event_gets_its_own(
    clinic: Clinic,
) -> None:
    """What staff closed did not have the new reason, so it stays open."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.NO_OPEN_TIME)
    await follow_all(clinic)
    [event] = await live_events(clinic)
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, AGAIN, Reason.ASKED_FOR_PERSON)
    await clinic.calendar.cancel(event.event_id, event.etag)
    for _ in range(3):
        await follow_all(clinic)
    assert await requests(clinic) == ["asked for a person"]
    [own] = await live_events(clinic)
    assert own.event_id != event.event_id


async def test_a_new_reason_survives_a_kill_after_it_was_written(clinic: Clinic) -> None:
    """The next run finds the reason there, and writes it no second time."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.NO_OPEN_TIME)
    await follow_all(clinic)
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, AGAIN, Reason.ASKED_FOR_PERSON)
    faulty = FaultyCalendar(clinic.calendar, faults={"rewrite": "killed after"})
    with pytest.raises(Killed):
        await follow_all(replace(clinic, calendar=faulty))
    await follow_all(clinic)
    [event] = await live_events(clinic)
    assert event.description.count("WHY: asked for a person") == 1
    assert event.description.count("CALL:") == 1


async def test_a_promised_call_is_an_event_of_that_half_day_and_rises_when_it_is_over(
    clinic: Clinic, now: SetClock
) -> None:
    """Overdue, it says so in its title, and comes to the next open half hour once a day."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.ASKED_FOR_PERSON)
        await call_backs.promise(conn, MARIA, AFTERNOON, Reason.ASKED_FOR_PERSON)
    await follow_all(clinic)
    [event] = await live_events(clinic)
    assert event.span is not None
    assert event.span.start == AFTERNOON.start
    assert "PROMISED: Mon Nov 30, afternoon" in event.description
    now.forward(hours=26)
    for _ in range(2):
        await follow_all(clinic)
    [raised] = await live_events(clinic)
    assert raised.span is not None
    assert raised.title == "Overdue: call back ··0199"
    assert raised.span.start == datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
    await clinic.calendar.cancel(raised.event_id, raised.etag)
    await follow_all(clinic)
    assert await requests(clinic) == []


async def test_a_promise_that_follows_the_event_is_written_into_it(clinic: Clinic) -> None:
    """The caller chooses while the event is inserted; a later call may choose again."""
    async with clinic.pool.connection() as conn:
        await call_backs.request(conn, MARIA, Reason.ASKED_FOR_PERSON)
    await follow_all(clinic)
    for promised in (AFTERNOON, MORNING, AFTERNOON):
        async with clinic.pool.connection() as conn:
            await call_backs.promise(conn, AGAIN, promised, Reason.ASKED_FOR_PERSON)
        for _ in range(2):
            await follow_all(clinic)
    [event] = await live_events(clinic)
    assert [line for line in event.description.splitlines() if "PROMISED" in line] == [
        "PROMISED: Mon Nov 30, afternoon"
    ]
    assert event.description.count("CALL:") == event.description.count("WHY:") == 1
