"""A time that opens goes to the first in line, to one person at a time and to nobody twice."""

import pytest
from support.clinic import SetClock, at, live_events, row, span
from support.waiting import (
    EARLY,
    LATE,
    NUMBERS,
    SOON,
    entry_of,
    frees,
    held_for,
    offered,
    opens,
    patient_with_visit,
    reads,
    three_who_wait,
    waits,
)

from calendar_sync.bookings import holds
from calendar_sync.bookings.booking import Taken
from calendar_sync.bookings.free_times import free_openings
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.move import carry_out
from calendar_sync.waiting.taking import decline, take


async def test_three_who_wait_are_asked_one_after_the_other(clinic: Clinic, now: SetClock) -> None:
    """The first is asked, after half an hour the second, and when they decline the third."""
    await three_who_wait(clinic)
    await opens(clinic, EARLY)
    assert [await offered(clinic, n) for n in range(3)] == [[("Wed 09:00", "open")], [], []]
    now.forward(minutes=29)
    await reads(clinic)
    assert await offered(clinic, 1) == []
    now.forward(minutes=1)
    await reads(clinic)
    assert await offered(clinic, 0) == [("Wed 09:00", "lapsed")]
    assert await offered(clinic, 1) == [("Wed 09:00", "open")]
    await decline(clinic, await row(clinic, await held_for(clinic, 1)))
    await reads(clinic)
    assert await offered(clinic, 1) == [("Wed 09:00", "declined")]
    assert await offered(clinic, 2) == [("Wed 09:00", "open")]
    now.forward(hours=1)
    await reads(clinic)
    await reads(clinic)
    assert [len(await offered(clinic, n)) for n in range(3)] == [1, 1, 1]


async def test_a_time_that_is_taken_moves_the_visit_and_frees_the_old_one(
    clinic: Clinic,
) -> None:
    """The move is the patient's own; the time that it leaves goes to the next who wants it."""
    visits = await three_who_wait(clinic)
    await opens(clinic, EARLY)
    held = await held_for(clinic, 0)
    assert await take(clinic, await row(clinic, held))
    assert await take(clinic, await row(clinic, held)), "pressed twice"
    assert (await row(clinic, visits[0])).slot == LATE[0], "not before the calendar has it"
    await reads(clinic)
    assert await offered(clinic, 0) == [("Wed 09:00", "accepted")]
    await carry_out(clinic, held)
    await reads(clinic)
    assert (await row(clinic, visits[0])).slot == EARLY
    assert await offered(clinic, 0) == [("Wed 09:00", "taken")]
    assert (await entry_of(clinic, 0)).outcome == "taken"
    await opens(clinic, LATE[0])  # this clinic's hours do not open it by themselves
    assert await offered(clinic, 1) == [("Thu 09:00", "open")]


async def test_a_held_time_is_offered_to_no_caller(clinic: Clinic, now: SetClock) -> None:
    """Neither while it is offered, nor in the moment in which it goes to the next in line."""
    await three_who_wait(clinic)
    await opens(clinic, EARLY)
    for _ in range(3):
        assert await free_openings(clinic) == ()
        async with clinic.pool.connection() as conn:
            assert isinstance(await holds.hold(conn, "CA9", "hold", EARLY), Taken)
        now.forward(minutes=30)
        await reads(clinic)
    assert await free_openings(clinic) == (EARLY,), "nobody waits for it any more"


async def test_who_has_nothing_booked_gets_any_time(clinic: Clinic) -> None:
    """Their answers and their number are in the booking, which becomes a visit."""
    await reads(clinic)
    await waits(clinic, 0)
    await opens(clinic, EARLY)
    held = await held_for(clinic, 0)
    assert await take(clinic, await row(clinic, held))
    await insert(clinic, held)
    booked = await row(clinic, held)
    assert (booked.state, booked.number, booked.text_number) == ("booked", NUMBERS[0], NUMBERS[0])
    await reads(clinic)
    assert (await entry_of(clinic, 0)).outcome == "taken"
    event = (await live_events(clinic))[-1]
    assert "BOOKED: from the waiting list" in event.description
    assert "FOOT: right" in event.description


async def test_only_earlier_times_are_offered(clinic: Clinic) -> None:
    """A later time is nothing to wait for."""
    visit = await patient_with_visit(clinic, EARLY, 0)
    await waits(clinic, 0, visit)
    await opens(clinic, SOON)
    assert await offered(clinic, 0) == []


async def test_times_that_were_open_before_are_no_news(clinic: Clinic) -> None:
    """Who did not choose a time is not asked about it; once it was taken and freed, they are."""
    visit = await patient_with_visit(clinic, LATE[0], 0)
    await opens(clinic, EARLY)
    await waits(clinic, 0, visit)
    await reads(clinic)
    assert await offered(clinic, 0) == []
    async with clinic.pool.connection() as conn:
        held = await holds.hold(conn, "CA9", "hold", EARLY)
    await reads(clinic)
    async with clinic.pool.connection() as conn:
        await holds.release_unconfirmed(conn, "CA9")
    await reads(clinic)
    assert isinstance(held, holds.Held)
    assert await offered(clinic, 0) == [], "a caller only thought about it"
    other = await patient_with_visit(clinic, EARLY, 1)
    await reads(clinic)
    await frees(clinic, other)
    assert await offered(clinic, 0) == [("Wed 09:00", "open")]


@pytest.mark.parametrize(
    ("local", "asked"),
    [
        ("2026-11-30 07:59", False),
        ("2026-11-30 08:00", True),
        ("2026-11-30 20:29", True),
        ("2026-11-30 20:31", False),
        ("2026-11-30 23:00", False),
    ],
)
async def test_nobody_is_asked_in_the_quiet_hours(
    clinic: Clinic, now: SetClock, local: str, *, asked: bool
) -> None:
    """Nor so late that the half hour would run into them; in the morning they are."""
    await three_who_wait(clinic)
    now.at = at(local)
    await opens(clinic, EARLY)
    assert bool(await offered(clinic, 0)) == asked
    now.at = at("2026-12-01 08:00")
    await reads(clinic)
    assert await offered(clinic, 0)


async def test_nobody_is_asked_more_than_twice_a_day(clinic: Clinic, now: SetClock) -> None:
    """Three texts a day may go to a number, and one of them may be needed for something else."""
    visit = await patient_with_visit(clinic, LATE[0], 0)
    await waits(clinic, 0, visit)
    await opens(clinic, EARLY, SOON, span("2026-12-03 09:00"))
    for _ in range(4):
        now.forward(minutes=31)
        await reads(clinic)
    assert [start for start, _ in await offered(clinic, 0)] == ["Wed 09:00", "Wed 14:00"]
    now.forward(hours=23)
    await reads(clinic)
    assert (await offered(clinic, 0))[-1] == ("Thu 09:00", "open")
