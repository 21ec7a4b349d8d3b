"""An event whose booking was lost does not stay in the diary; what staff changed does."""

import pytest
from clinic import (
    confirmed,
    hold,
    jobs_waiting,
    live_events,
    own_event,
    row,
    span,
    standing,
)
from faulty_diary import FaultyDiary

from calendar_sync.bookings import Taken
from calendar_sync.desk import Desk
from calendar_sync.diary import Event
from calendar_sync.event import event_id
from calendar_sync.faults import NotYet
from calendar_sync.inserting import insert, withdraw

NINE, TEN = span("2026-12-01 09:00"), span("2026-12-01 10:00")
LUNCH = Event(event_id("staff", "lunch", 0), NINE, "Lunch")


async def test_an_insert_slower_than_its_no_leaves_no_event_behind(
    clinic: Desk, diary: FaultyDiary
) -> None:
    """The event of an unknown insert appears after the time was given up: it is withdrawn."""
    booking_id = await confirmed(clinic, NINE)
    diary.faults = {"insert": "before"}
    with pytest.raises(NotYet):
        await insert(clinic, booking_id)
    await diary.real.insert(LUNCH)
    diary.faults = {}
    await insert(clinic, booking_id)
    assert await standing(clinic, booking_id) == Taken()
    late = (await row(clinic, booking_id)).event_id or ""
    await diary.real.insert(Event(late, NINE, "", booking_id=str(booking_id)))
    assert "withdraw_event" in await jobs_waiting(clinic)
    await withdraw(clinic, booking_id)
    assert [event.title for event in await live_events(clinic)] == ["Lunch"]


async def test_only_the_unmoved_event_of_a_lost_booking_is_withdrawn(clinic: Desk) -> None:
    """Live bookings, unconfirmed holds and what staff moved are left alone."""
    live = await confirmed(clinic, NINE, "CA1")
    await insert(clinic, live)
    held = await hold(clinic, TEN, "CA2")
    for booking_id in (live, held):
        await withdraw(clinic, booking_id)
    assert len(await live_events(clinic)) == 1
    there = await own_event(clinic, live)
    await clinic.diary.move(there.event_id, span("2026-12-01 15:00"), there.etag)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'cancelled' WHERE id = %s", [live])
    await withdraw(clinic, live)
    assert len(await live_events(clinic)) == 1


async def test_a_withdrawal_that_meets_a_change_is_done_again(
    clinic: Desk, diary: FaultyDiary
) -> None:
    """The version moved on between look and cancel: nothing is overwritten, and it is retried."""
    booking_id = await confirmed(clinic, NINE)
    await insert(clinic, booking_id)
    async with clinic.pool.connection() as conn:
        await conn.execute("UPDATE booking SET state = 'cancelled' WHERE id = %s", [booking_id])
    there = await own_event(clinic, booking_id)
    diary.meanwhile = {
        "cancel": lambda: diary.real.rewrite(there.event_id, there.etag, title="note by staff")
    }
    with pytest.raises(NotYet):
        await withdraw(clinic, booking_id)
    await withdraw(clinic, booking_id)
    assert await live_events(clinic) == []
