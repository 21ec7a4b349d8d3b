"""When many callers want one time, one gets it and the others quickly hear other times."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import LockNotAvailable
from psycopg_pool import AsyncConnectionPool
from support.clinic import NOTE, expire, hold, span
from support.two_therapists import COLLEAGUE, with_two

from calendar_sync.availability.span import Span
from calendar_sync.bookings import confirmation, holds
from calendar_sync.bookings.booking import Taken
from calendar_sync.bookings.confirmation import Confirmed
from calendar_sync.bookings.holds import Held
from calendar_sync.calendars.local import LocalCalendar
from calendar_sync.clinic import Clinic
from calendar_sync.clinician import DEFAULT_ID
from voice.database.connection import CALL_PATH

LAST = span("2026-12-01 09:00")
CALLERS = 50


@pytest.fixture(params=["one therapist", "two therapists"])
def clinic(request: pytest.FixtureRequest, clinic: Clinic) -> Clinic:
    """The clinic, also with a colleague whose times are no use to these callers."""
    if request.param == "one therapist":
        return clinic
    return with_two(clinic, LocalCalendar(clinic.pool, COLLEAGUE))


@pytest_asyncio.fixture(scope="module")
async def crowd(migrated: str) -> AsyncGenerator[AsyncConnectionPool]:
    """A database connection for each of fifty callers."""
    options = {"options": CALL_PATH}
    pool: AsyncConnectionPool = AsyncConnectionPool(
        migrated, min_size=CALLERS, max_size=CALLERS, kwargs=options, open=False
    )
    await pool.open(wait=True)
    yield pool
    await pool.close()


async def reach(pool: AsyncConnectionPool, call_sid: str, step: str) -> Held | Taken | Confirmed:
    """As one caller, hold a time and confirm it."""
    async with pool.connection() as conn:
        held = await holds.hold(conn, call_sid, step, LAST)
    if isinstance(held, Taken):
        return held
    async with pool.connection() as conn:
        return await confirmation.confirm(conn, held.booking_id, NOTE)


@pytest.mark.parametrize("stale_hold", [False, True], ids=["free", "expired hold in the way"])
async def test_fifty_callers_at_once_for_the_last_opening(
    clinic: Clinic,
    crowd: AsyncConnectionPool,
    stale_hold: bool,  # noqa: FBT001
) -> None:
    """Every round ends with one booking and forty-nine refusals."""
    for round_ in range(2):
        if stale_hold:
            await expire(clinic, await hold(clinic, LAST, f"CA-stale-{round_}"))
        async with asyncio.TaskGroup() as everybody:
            calls = [
                everybody.create_task(reach(crowd, f"CA{round_}-{n}", "hold"))
                for n in range(CALLERS)
            ]
        assert Counter(type(call.result()) for call in calls) == {Confirmed: 1, Taken: 49}
        async with clinic.pool.connection() as conn:
            live = await conn.execute("SELECT id FROM booking WHERE state IN ('held', 'booked')")
            assert len(await live.fetchall()) == 1
            jobs = await conn.execute("SELECT count(*) FROM procrastinate_jobs")
            assert await jobs.fetchone() == (round_ + 1,)
            await conn.execute(
                "UPDATE booking SET state = 'cancelled' WHERE confirmed_at > '-infinity'"
            )


async def test_webhooks_that_come_twice_at_once_are_one_caller(
    clinic: Clinic, crowd: AsyncConnectionPool
) -> None:
    """Duplicate webhooks of twenty-five callers get equal answers, and one caller has the time."""
    async with asyncio.TaskGroup() as everybody:
        calls = [everybody.create_task(reach(crowd, f"CA{n // 2}", "hold")) for n in range(CALLERS)]
    answers = [call.result() for call in calls]
    pairs = list(zip(answers[::2], answers[1::2], strict=True))
    assert all(first == second for first, second in pairs)
    assert Counter(type(first) for first, _ in pairs) == {Confirmed: 1, Taken: 24}
    async with clinic.pool.connection() as conn:
        jobs = await conn.execute("SELECT count(*) FROM procrastinate_jobs")
        assert await jobs.fetchone() == (1,)


async def test_callers_who_swap_times_do_not_wait_for_each_other(
    clinic: Clinic, migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two callers who want each other's time do not deadlock, and no time gets two holders.

    Without a limit on waiting for locks, PostgreSQL would end a deadlock, and `hold` try again.
    """
    other, tries, hold_once = span("2026-12-01 09:30"), list[str](), holds._hold  # noqa: SLF001

    async def counted(
        conn: AsyncConnection, call_sid: str, step: str, slot: Span, clinician_id: str
    ) -> Held | Taken:
        tries.append(call_sid)
        return await hold_once(conn, call_sid, step, slot, clinician_id)

    monkeypatch.setattr(holds, "_hold", counted)
    connect = AsyncConnection.connect
    async with (
        await connect(migrated, autocommit=True) as a,
        await connect(migrated, autocommit=True) as b,
    ):
        for round_ in range(8):
            one, two = f"CA-one-{round_}", f"CA-two-{round_}"
            await hold(clinic, LAST, one)
            await hold(clinic, other, two)
            tries.clear()
            await asyncio.gather(
                holds.hold(a, one, "hold.2", other), holds.hold(b, two, "hold.2", LAST)
            )
            assert sorted(tries) == [one, two]
            for call_sid in (one, two):
                await holds.release_unconfirmed(a, call_sid)


async def test_a_time_that_somebody_is_just_taking_is_taken(
    clinic: Clinic, crowd: AsyncConnectionPool
) -> None:
    """A hung transaction on a time does not keep the next caller waiting for its end."""
    async with crowd.connection() as slow, slow.transaction():
        await slow.execute(
            "INSERT INTO booking (call_sid, step, during, state, expires_at)"
            " VALUES ('CA-slow', 'hold', tstzrange(%s, %s), 'held', now() + interval '5 minutes')",
            [LAST.start, LAST.end],
        )
        async with crowd.connection() as conn:
            assert await holds.hold(conn, "CA1", "hold", LAST) == Taken()
        assert clinic.pool is not crowd


async def test_confirming_behind_a_hanging_transaction_is_a_fault_not_a_lie(
    clinic: Clinic, crowd: AsyncConnectionPool
) -> None:
    """A row that stays locked is neither confirmed nor taken, and the call says so."""
    held = await hold(clinic, LAST)
    async with crowd.connection() as slow, slow.transaction():
        await slow.execute("SELECT FROM booking WHERE id = %s FOR UPDATE", [held])
        async with crowd.connection() as conn:
            with pytest.raises(OperationalError) as trouble:
                await confirmation.confirm(conn, held, NOTE)
    assert isinstance(trouble.value, LockNotAvailable)


async def test_a_repeated_yes_does_not_wait_for_a_hanging_transaction(
    clinic: Clinic, crowd: AsyncConnectionPool
) -> None:
    """A repeated confirmation is answered from the row even while the row is locked."""
    held = await hold(clinic, LAST)
    async with crowd.connection() as conn:
        first = await confirmation.confirm(conn, held, NOTE)
    async with crowd.connection() as slow, slow.transaction(), crowd.connection() as conn:
        await slow.execute("SELECT FROM booking WHERE id = %s FOR UPDATE", [held])
        assert await confirmation.confirm(conn, held, NOTE) == first


async def test_fifty_callers_for_the_last_times_of_two_therapists(
    clinic: Clinic, crowd: AsyncConnectionPool
) -> None:
    """One caller gets each therapist's last time."""
    assert clinic.pool is not crowd
    both = sorted({DEFAULT_ID, COLLEAGUE}, reverse=True)

    async def try_both(call_sid: str) -> str:
        for step, whose in enumerate(both):
            async with crowd.connection() as conn:
                held = await holds.hold(conn, call_sid, f"hold.{step}", LAST, whose)
            if isinstance(held, Held):
                async with crowd.connection() as conn:
                    assert isinstance(
                        await confirmation.confirm(conn, held.booking_id, NOTE), Confirmed
                    )
                return whose
        return "none"

    won = await asyncio.gather(*(try_both(f"CA-two-{number}") for number in range(CALLERS)))
    assert Counter(won) == {"default": 1, COLLEAGUE: 1, "none": CALLERS - 2}
