"""If the process dies at any await of a move or a cancellation, a rerun completes it."""

import pytest
from support.clinic import (
    confirmed,
    hold,
    jobs_waiting,
    live_events,
    own_event,
    requests,
    row,
)
from support.killing import KilledAt, at_every_await, slot
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.bookings.booking import holder_of
from calendar_sync.bookings.patient_changes import cancel, move
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.staff_jobs import follow_all


@pytest.fixture(params=["one therapist", "two therapists"])
def clinic(clinic: Clinic, request: pytest.FixtureRequest) -> Clinic:
    """A clinic with one or two therapists."""
    if request.param == "one therapist":
        return clinic
    return with_two(clinic, LocalCalendar(clinic.pool, COLLEAGUE))


async def visit_on(clinic: Clinic) -> int:
    """A visit in the calendar whose insert has been read."""
    visit = await confirmed(clinic, slot(0))
    await insert(clinic, visit)
    await follow_all(clinic)
    return visit


async def test_killed_anywhere_in_a_yes_to_another_time(clinic: Clinic) -> None:
    """The repeated confirmation stores one requested move with one job."""
    visit = await visit_on(clinic)

    async def attempt(step: int) -> bool:
        held = await hold(clinic, slot(step), holder_of(visit), f"move {step}")
        first = KilledAt(move(clinic, visit, held), step)
        await first
        await move(clinic, visit, held)
        assert (await row(clinic, held)).moves == visit
        assert (await jobs_waiting(clinic)).count("move_event") == step
        await put(clinic, held, "released")
        return first.survived

    await at_every_await(attempt)


async def test_killed_anywhere_in_the_move_job(clinic: Clinic) -> None:
    """The visit ends at its new time, and the move is not counted as a staff change."""
    visit = await visit_on(clinic)

    async def attempt(step: int) -> bool:
        held = await hold(clinic, slot(step), holder_of(visit), f"move {step}")
        await move(clinic, visit, held)
        first = KilledAt(carry_out(clinic, held), step)
        await first
        if step % 2:
            await follow_all(clinic)  # the sync of staff changes, which may run first
        await carry_out(clinic, held)
        after, event = await row(clinic, visit), await own_event(clinic, visit)
        assert after.slot == after.promised == event.span == slot(step)
        assert after.etag == event.etag
        assert (await row(clinic, held)).state == "released"
        assert len(await live_events(clinic)) == 1
        return first.survived

    await at_every_await(attempt)
    await follow_all(clinic)
    assert (await row(clinic, visit)).slot == (await own_event(clinic, visit)).span
    assert await requests(clinic) == []
    assert await staff_moves(clinic) == 0


async def test_killed_anywhere_in_a_cancel(clinic: Clinic) -> None:
    """The repeated webhook cancels once and queues one withdrawal."""
    visit = await visit_on(clinic)

    async def attempt(step: int) -> bool:
        await put(clinic, visit, "booked")
        first = KilledAt(cancel(clinic, visit), step)
        await first
        await cancel(clinic, visit)
        assert (await row(clinic, visit)).outcome == "patient"
        assert (await jobs_waiting(clinic)).count("withdraw_event") == step
        return first.survived

    await at_every_await(attempt)


async def put(clinic: Clinic, booking_id: int, state: str) -> None:
    """Reset the row for the next attempt."""
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET state = %s, outcome = NULL WHERE id = %s", [state, booking_id]
        )


async def staff_moves(clinic: Clinic) -> int:
    """The number of changes that were recorded as staff moves."""
    async with clinic.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM staff_change WHERE outcome = 'moved'")
        row = await rows.fetchone()
    return row[0] if row else 0
