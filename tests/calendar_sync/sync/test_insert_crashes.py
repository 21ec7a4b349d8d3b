"""If the process dies at any await, a rerun ends in the same state as if it had not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from psycopg import OperationalError
from support.clinic import (
    NOTE,
    confirm,
    confirmed,
    hold,
    jobs_waiting,
    live_events,
    own_event,
    requests,
    row,
    standing,
)
from support.faulty_calendar import Fault, FaultyCalendar, Killed
from support.killing import KilledAt, at_every_await, slot
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.bookings import confirmation, holds
from calendar_sync.bookings.booking import Booked, bookings_of_call
from calendar_sync.bookings.confirmation import Confirmed
from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.bookings.event_text import grouped_number
from calendar_sync.bookings.holds import Held
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.retry import NotYet
from calendar_sync.sync.insert import insert
from calendar_sync.sync.rewrite import rewrite


@pytest.fixture(params=["one therapist", "two therapists"])
def clinic(clinic: Clinic, request: pytest.FixtureRequest) -> Clinic:
    """A clinic with one or two therapists."""
    if request.param == "one therapist":
        return clinic
    return with_two(clinic, LocalCalendar(clinic.pool, COLLEAGUE))


async def until_done(job: Callable[[], Awaitable[None]]) -> None:
    """Run a job as the queue does: retry while the killed run still holds its lock."""
    for _ in range(20):
        try:
            return await job()
        except (NotYet, OperationalError):
            continue
    pytest.fail("the job is never done")


async def test_killed_anywhere_in_a_hold(clinic: Clinic) -> None:
    """The repeated webhook holds the time once."""

    async def holding(step: int) -> Held | confirmation.Taken:
        async with clinic.pool.connection() as conn:
            return await holds.hold(conn, f"CA{step}", "hold", slot(step))

    async def attempt(step: int) -> bool:
        first = KilledAt(holding(step), step)
        await first
        again = await holding(step)
        assert isinstance(again, Held)
        async with clinic.pool.connection() as conn:
            assert len(await bookings_of_call(conn, f"CA{step}")) == 1
        return first.survived

    await at_every_await(attempt)


async def test_killed_anywhere_in_a_yes(clinic: Clinic) -> None:
    """The repeated webhook stores one confirmation, with one code and one job."""

    async def confirming(booking_id: int) -> Confirmed | confirmation.Taken:
        async with clinic.pool.connection() as conn:
            return await confirmation.confirm(conn, booking_id, NOTE)

    async def attempt(step: int) -> bool:
        booking_id = await hold(clinic, slot(step), f"CA{step}")
        first = KilledAt(confirming(booking_id), step)
        await first
        again = await confirm(clinic, booking_id)
        assert again == Confirmed((await row(clinic, booking_id)).visit_code or "")
        assert len(await jobs_waiting(clinic)) == step
        return first.survived

    await at_every_await(attempt)


async def test_killed_anywhere_in_the_insert_job(clinic: Clinic) -> None:
    """The rerun books one event and never mistakes its own event for a conflict."""
    ids: list[int] = []

    async def attempt(step: int) -> bool:
        ids.append(await confirmed(clinic, slot(step), f"CA{step}"))
        first = KilledAt(insert(clinic, ids[-1]), step)
        await first
        await until_done(lambda: insert(clinic, ids[-1]))
        assert isinstance(await standing(clinic, ids[-1]), Booked)
        return first.survived

    await at_every_await(attempt)
    etags = [(await row(clinic, booking_id)).etag for booking_id in ids]
    assert sorted(each.etag for each in await live_events(clinic)) == sorted(map(str, etags))
    assert await requests(clinic) == []


@pytest.mark.parametrize("where", ["busy", "insert", "find"])
@pytest.mark.parametrize("fault", ["killed before", "killed after"])
async def test_killed_around_each_question_to_the_calendar(
    clinic: Clinic, calendar: FaultyCalendar, where: str, fault: Fault
) -> None:
    """A crash before or after any calendar request still ends in one event."""
    booking_id = await confirmed(clinic, slot(1))
    calendar.faults = {where: fault}
    with pytest.raises(Killed):
        await insert(clinic, booking_id)
    calendar.faults = {}
    await insert(clinic, booking_id)
    assert isinstance(await standing(clinic, booking_id), Booked)
    assert len(await live_events(clinic)) == 1


async def test_a_job_that_runs_twice_at_once_makes_one_event(clinic: Clinic) -> None:
    """A stalled worker that resumes alongside its replacement creates no second event."""
    for number in range(5):
        booking_id = await confirmed(clinic, slot(number), f"CA{number}")
        await asyncio.gather(*(insert(clinic, booking_id) for _ in range(4)))
        assert isinstance(await standing(clinic, booking_id), Booked)
        assert len(await live_events(clinic)) == number + 1


async def test_killed_anywhere_in_the_rewrite_job(clinic: Clinic) -> None:
    """The event has the consent in the end, wherever the job died."""
    booking_id = await confirmed(clinic, slot(1))
    await insert(clinic, booking_id)

    async def attempt(step: int) -> bool:
        # Another number each time, so that each run has something to write.
        number = f"+1425555{step:04}"
        async with clinic.pool.connection() as conn:
            await store_consent(
                conn, "CA1", booking_id, TextConsent(number, "2026-11-1", given=True)
            )
        first = KilledAt(rewrite(clinic, booking_id), step)
        await first
        await until_done(lambda: rewrite(clinic, booking_id))
        expected = f"TEXTS: yes, to {grouped_number(number)}"
        assert expected in (await own_event(clinic, booking_id)).description
        return first.survived

    await at_every_await(attempt)
