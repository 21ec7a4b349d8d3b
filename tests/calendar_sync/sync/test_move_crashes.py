"""The process dies at any await of a move or a cancel, and all heals as if it had not."""

from support.clinic import confirmed, hold, jobs_waiting, live_events, own_event, requests, row
from support.killing import KilledAt, at_every_await, slot

from calendar_sync.bookings.patient_changes import cancel, holder_of, move
from calendar_sync.clinic import Desk
from calendar_sync.sync.insert import insert
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.staff_jobs import follow_all


async def visit_on(desk: Desk) -> int:
    """A visit in the calendar whose insert has been read."""
    visit = await confirmed(desk, slot(0))
    await insert(desk, visit)
    await follow_all(desk)
    return visit


async def test_killed_anywhere_in_a_yes_to_another_time(desk: Desk) -> None:
    """The repeated yes stores one wish with one job."""
    visit = await visit_on(desk)

    async def attempt(step: int) -> bool:
        held = await hold(desk, slot(step), holder_of(visit), f"move {step}")
        first = KilledAt(move(desk, visit, held), step)
        await first
        await move(desk, visit, held)
        assert (await row(desk, held)).moves == visit
        assert (await jobs_waiting(desk)).count("move_event") == step
        await put(desk, held, "released")
        return first.survived

    await at_every_await(attempt)


async def test_killed_anywhere_in_the_move_job(desk: Desk) -> None:
    """The visit ends at its new time, and nobody takes the move for one by staff."""
    visit = await visit_on(desk)

    async def attempt(step: int) -> bool:
        held = await hold(desk, slot(step), holder_of(visit), f"move {step}")
        await move(desk, visit, held)
        first = KilledAt(carry_out(desk, held), step)
        await first
        if step % 2:
            await follow_all(desk)  # the reading of staff's changes, which may come first
        await carry_out(desk, held)
        after, event = await row(desk, visit), await own_event(desk, visit)
        assert after.slot == after.promised == event.span == slot(step)
        assert after.etag == event.etag
        assert (await row(desk, held)).state == "released"
        assert len(await live_events(desk)) == 1
        return first.survived

    await at_every_await(attempt)
    await follow_all(desk)
    assert (await row(desk, visit)).slot == (await own_event(desk, visit)).span
    assert await requests(desk) == []
    assert await staff_moves(desk) == 0


async def test_killed_anywhere_in_a_cancel(desk: Desk) -> None:
    """The repeated one cancels once, with one withdrawal."""
    visit = await visit_on(desk)

    async def attempt(step: int) -> bool:
        await put(desk, visit, "booked")
        first = KilledAt(cancel(desk, visit), step)
        await first
        await cancel(desk, visit)
        assert (await row(desk, visit)).outcome == "patient"
        assert (await jobs_waiting(desk)).count("withdraw_event") == step
        return first.survived

    await at_every_await(attempt)


async def put(desk: Desk, booking_id: int, state: str) -> None:
    """The row as the next try needs it."""
    async with desk.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET state = %s, outcome = NULL WHERE id = %s", [state, booking_id]
        )


async def staff_moves(desk: Desk) -> int:
    """How many changes were taken for moves by staff."""
    async with desk.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM staff_change WHERE outcome = 'moved'")
        row = await rows.fetchone()
    return row[0] if row else 0
