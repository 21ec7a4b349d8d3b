"""One freed time, and several people, workers and therapists who want it at once."""

import asyncio
from contextlib import suppress

import pytest
from psycopg import AsyncConnection
from psycopg.errors import LockNotAvailable
from support.clinic import SetClock, agree, row
from support.waiting import (
    EARLY,
    LATE,
    NUMBERS,
    entry_of,
    frees,
    held_for,
    offered,
    opens,
    patient_with_visit,
    reads,
    refresh,
    three_who_wait,
    waits,
)

from calendar_sync.availability.span import Span
from calendar_sync.clinic import Clinic
from calendar_sync.sync.insert import insert
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.waiting_times import offer_times
from calendar_sync.waiting.membership import leave, leave_all
from calendar_sync.waiting.taking import take
from calendar_sync.waiting.times import Open, open_times


async def work(clinic: Clinic) -> None:
    """Offer what is free, as the job does: who waits too long for the others leaves it to them."""
    with suppress(LockNotAvailable):
        await offer_times(clinic)


async def live_at(clinic: Clinic, slot: Span) -> list[str]:
    """The states of the bookings that have this time."""
    async with clinic.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT state FROM booking WHERE lower(during) = %s AND state IN ('held', 'booked')",
            [slot.start],
        )
        return [state for (state,) in await rows.fetchall()]


async def test_two_without_visits_are_offered_one_time_once(clinic: Clinic) -> None:
    """No visit's row keeps the workers apart: their own lock does."""
    await reads(clinic)
    for n in range(2):
        await waits(clinic, n)
    await opens(clinic, EARLY, offer=False)
    await asyncio.gather(*(work(clinic) for _ in range(4)))
    assert [await offered(clinic, n) for n in range(2)] == [[("Wed 09:00", "open")], []]
    assert await live_at(clinic, EARLY) == ["held"]


async def test_the_first_of_two_without_visits_gets_it(clinic: Clinic, now: SetClock) -> None:
    """Both press at once, one of them too late: one visit, and the other waits on."""
    await reads(clinic)
    for n in range(2):
        await waits(clinic, n)
    await opens(clinic, EARLY)
    late = await row(clinic, await held_for(clinic, 0))
    now.forward(minutes=30)
    await reads(clinic)
    in_time = await row(clinic, await held_for(clinic, 1))
    answers = await asyncio.gather(*(take(clinic, each) for each in (late, in_time)))
    assert answers == [False, True]
    await insert(clinic, in_time.id)
    await reads(clinic)
    assert await live_at(clinic, EARLY) == ["booked"]
    assert (await row(clinic, in_time.id)).number == NUMBERS[1]
    assert (await entry_of(clinic, 0)).ended_at is None


async def test_three_wait_for_a_time_that_a_patient_frees(clinic: Clinic, now: SetClock) -> None:
    """The first lets it lapse, the second takes it twice, the third gets what that frees."""
    other = await patient_with_visit(clinic, EARLY, 3)
    visits = await three_who_wait(clinic)
    await opens(clinic, EARLY, LATE[1])
    await frees(clinic, other)
    assert [await offered(clinic, n) for n in range(3)] == [[("Wed 09:00", "open")], [], []]
    first = await row(clinic, await held_for(clinic, 0))
    now.forward(minutes=30)
    await refresh(clinic)
    await asyncio.gather(*(work(clinic) for _ in range(3)))
    second = await row(clinic, await held_for(clinic, 1))
    answers = await asyncio.gather(*(take(clinic, each) for each in (first, second)))
    assert answers == [False, True]
    assert await take(clinic, second), "pressed twice"
    await carry_out(clinic, second.id)
    await reads(clinic)
    assert [(await row(clinic, each)).slot for each in visits] == [LATE[0], EARLY, LATE[2]]
    assert await live_at(clinic, EARLY) == ["booked"]
    assert await offered(clinic, 2) == [("Thu 10:00", "open")]


@pytest.mark.parametrize("how", ["the page", "a STOP"])
async def test_whoever_leaves_after_a_yes_has_the_time(clinic: Clinic, how: str) -> None:
    """The yes stands and the visit moves; nothing more is offered after it."""
    visits = await three_who_wait(clinic)
    await agree(clinic, visits[0], "CA0")
    await opens(clinic, EARLY)
    held = await row(clinic, await held_for(clinic, 0))
    assert await take(clinic, held)
    waiting = await entry_of(clinic, 0)
    async with clinic.pool.connection() as conn, conn.transaction():
        if how == "the page":
            await leave(conn, waiting, "left", clinic.now(), clinic.rules.zone)
        else:
            zone = clinic.rules.zone
            await leave_all(conn, waiting.number, "stopped texts", clinic.now(), zone)
    await carry_out(clinic, held.id)
    await reads(clinic)
    assert (await row(clinic, visits[0])).slot == EARLY
    assert (await entry_of(clinic, 0)).outcome == "taken"
    assert await offered(clinic, 0) == [("Wed 09:00", "taken")]


async def test_one_worker_at_a_time_looks_at_what_is_free(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that saw different times as free could offer somebody both."""
    await waits(clinic, 0)
    looking, go_on, seen = asyncio.Event(), asyncio.Event(), list[Clinic]()

    async def look(conn: AsyncConnection, clinic: Clinic, **more: bool) -> Open:
        seen.append(clinic)
        looking.set()
        await go_on.wait()
        return await open_times(conn, clinic, **more)

    monkeypatch.setattr("calendar_sync.sync.waiting_times.open_times", look)
    workers = [asyncio.create_task(work(clinic)) for _ in range(2)]
    await looking.wait()
    await asyncio.wait(workers, timeout=0.2)
    assert len(seen) == 1
    go_on.set()
    await asyncio.gather(*workers)
