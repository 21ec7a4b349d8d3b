"""What ends an offer, and what does not: changed visits, failed moves, two workers, a kill."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from support.clinic import SetClock, row
from support.data_key import CIPHER
from support.waiting import (
    EARLY,
    LATE,
    SOON,
    busy_at,
    entry_of,
    frees,
    held_for,
    note,
    offered,
    opens,
    patient_with_visit,
    reads,
    three_who_wait,
    waits,
)

from calendar_sync.bookings.free_times import free_openings
from calendar_sync.clinic import Clinic
from calendar_sync.sync.move import carry_out
from calendar_sync.sync.waiting_times import offer_times
from calendar_sync.waiting.taking import take
from voice.database.connection import JOBS, open_pool


class Killed(BaseException):
    """Ends a worker in the middle of its work."""


async def test_a_visit_that_changes_ends_the_offer(clinic: Clinic) -> None:
    """Cancelled: they wait no more. Moved to an earlier time: the offer is none any more."""
    visits = await three_who_wait(clinic)
    await opens(clinic, SOON)
    await frees(clinic, visits[0])
    assert await offered(clinic, 0) == [("Wed 14:00", "not earlier")]
    assert (await entry_of(clinic, 0)).outcome == "visit over"
    assert await offered(clinic, 1) == [("Wed 14:00", "open")]
    await opens(clinic, EARLY)
    assert await offered(clinic, 2) == [("Wed 09:00", "open")]
    async with clinic.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET during = '[2026-12-01 16:00Z, 2026-12-01 16:20Z)' WHERE id = %s",
            [visits[1]],
        )
    assert not await take(clinic, await row(clinic, await held_for(clinic, 1)))
    await reads(clinic)
    assert await offered(clinic, 1) == [("Wed 14:00", "not earlier")]
    assert (await entry_of(clinic, 1)).outcome is None


async def test_a_visit_that_began_is_not_moved(clinic: Clinic, now: SetClock) -> None:
    """Nobody waits on; a time that they were offered is released."""
    visit = await patient_with_visit(clinic, LATE[0], 0)
    await waits(clinic, 0, visit)
    now.at = LATE[0].start
    await reads(clinic)
    assert (await entry_of(clinic, 0)).outcome == "visit over"


async def test_who_books_otherwise_waits_no_more(clinic: Clinic, now: SetClock) -> None:
    """Who had nothing booked and called again has a visit now."""
    await reads(clinic)
    await waits(clinic, 0)
    now.forward(minutes=5)
    await patient_with_visit(clinic, LATE[0], 0)
    await opens(clinic, EARLY)
    assert (await entry_of(clinic, 0)).outcome == "booked"
    assert await offered(clinic, 0) == []


async def test_two_workers_at_once_offer_a_time_once(clinic: Clinic, migrated: str) -> None:
    """One of them waits for the other, as long as jobs may."""
    await three_who_wait(clinic)
    await opens(clinic, EARLY, offer=False)
    async with open_pool(migrated, cipher=CIPHER, options=JOBS) as pool:
        worker = replace(clinic, pool=pool)
        await asyncio.gather(*(offer_times(worker) for _ in range(4)))
    assert [await offered(clinic, n) for n in range(3)] == [[("Wed 09:00", "open")], [], []]


async def test_a_killed_worker_leaves_nothing_half_done(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold, the offer and the text's job are one transaction."""
    await three_who_wait(clinic)
    await opens(clinic, EARLY, offer=False)

    async def dies(*_: object, **__: object) -> None:
        raise Killed

    for step in ("hold_until", "store"):
        with monkeypatch.context() as patch:
            patch.setattr(f"calendar_sync.bookings.booking_writes.{step}", dies)
            with pytest.raises(Killed):
                await offer_times(clinic)
        assert await offered(clinic, 0) == []
        assert await free_openings(clinic) == (EARLY,)
    await offer_times(clinic)
    assert await offered(clinic, 0) == [("Wed 09:00", "open")]


async def test_the_event_says_what_was_offered_and_when(clinic: Clinic, now: SetClock) -> None:
    """Staff read since when a patient waits, each offer with its outcome, and nothing of health."""
    visits = await three_who_wait(clinic)
    assert await note(clinic, visits[0]) == "for an earlier time, since Nov 30, 8:00 AM PT"
    await opens(clinic, EARLY)
    now.forward(minutes=30)
    await reads(clinic)
    assert await note(clinic, visits[0]) == (
        "for an earlier time, since Nov 30, 8:00 AM PT;"
        " offered Wed Dec 2, 9:00 AM on Nov 30, 8:00 AM PT (not taken)"
    )


async def test_a_move_that_fails_leaves_the_visit_and_the_place_in_line(clinic: Clinic) -> None:
    """The calendar had something else at that time: the visit stands, and they wait on."""
    visits = await three_who_wait(clinic)
    await opens(clinic, EARLY)
    held = await held_for(clinic, 0)
    assert await take(clinic, await row(clinic, held))
    await clinic.calendar.insert(busy_at(EARLY))
    await carry_out(clinic, held)
    await reads(clinic)
    assert await offered(clinic, 0) == [("Wed 09:00", "failed")]
    assert (await row(clinic, visits[0])).slot == LATE[0]
    assert (await entry_of(clinic, 0)).ended_at is None


async def test_old_safety_answers_take_nothing(clinic: Clinic, now: SetClock) -> None:
    """Whatever asks for it: the questions come first."""
    await reads(clinic)
    await waits(clinic, 0, safety_at=now() - timedelta(days=14, seconds=1))
    await opens(clinic, EARLY)
    held = await row(clinic, await held_for(clinic, 0))
    assert not await take(clinic, held)
    assert (await row(clinic, held.id)).confirmed_at is None
