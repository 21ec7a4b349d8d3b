"""A call-back that was marked done by mistake can be reopened."""

from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason


async def test_a_request_that_is_opened_again_keeps_its_place_and_gets_a_new_event(
    database: AsyncConnectionPool,
) -> None:
    """A reopened request keeps its original time, and its old event is removed."""
    for sid, number in (("CA1", "+14255550123"), ("CA2", "+14255550124")):
        caller = call_backs.Caller(sid, number, "en")
        async with database.connection() as conn:
            await call_backs.request(conn, caller, Reason.ASKED_FOR_PERSON)
    async with database.connection() as conn:
        first, _ = await call_backs.open_requests(conn)
        await call_backs.plan_event(conn, [first.id], "event1")
        await call_backs.mark_shown(conn, "event1")
    async with database.connection() as conn:
        assert not await call_backs.reopen(conn, first.id)
        assert await call_backs.mark_done(conn, first.id)
        assert await call_backs.reopen(conn, first.id)
        assert not await call_backs.reopen(conn, first.id)
        assert not await call_backs.reopen(conn, 99)
        again, other = await call_backs.open_requests(conn)
        assert (again.id, other.call_sid) == (first.id, "CA2")
        assert 0 < (again.asked_at - first.asked_at).total_seconds() < 0.001
        assert again.shown_at is None
        assert await call_backs.unneeded_events(conn) == [(first.id, "event1", True)]


async def test_one_that_somebody_else_closed_meanwhile_gets_a_new_event(
    database: AsyncConnectionPool,
) -> None:
    """Its old event is being removed by now, so it would be asked and shown nowhere."""
    caller = call_backs.Caller("CA1", "+14255550123", "en")
    async with database.connection() as conn:
        await call_backs.request(conn, caller, Reason.VISIT_CANCELLED)
        [asked] = await call_backs.open_requests(conn)
        await call_backs.plan_event(conn, [asked.id], "event1")
        await call_backs.mark_shown(conn, "event1")
    async with database.connection() as conn, database.connection() as other, conn.transaction():
        await conn.execute("SELECT now()")
        assert await call_backs.mark_done(other, asked.id)
        await call_backs.request_again(conn, caller, Reason.VISIT_CANCELLED)
    async with database.connection() as conn:
        [again] = await call_backs.open_requests(conn)
        assert (again.id, again.event_id, again.shown_at) == (asked.id, None, None)
        assert await call_backs.unneeded_events(conn) == [(asked.id, "event1", True)]


async def test_one_that_the_same_transaction_closed_goes_on_with_its_event(
    database: AsyncConnectionPool,
) -> None:
    """Nobody saw it closed."""
    caller = call_backs.Caller("CA1", "+14255550123", "en")
    async with database.connection() as conn, conn.transaction():
        await call_backs.request(conn, caller, Reason.VISIT_CANCELLED)
        [asked] = await call_backs.open_requests(conn)
        await call_backs.plan_event(conn, [asked.id], "event1")
        assert await call_backs.mark_done(conn, asked.id)
        await call_backs.request_again(conn, caller, Reason.VISIT_CANCELLED)
        [again] = await call_backs.open_requests(conn)
        assert again.event_id == "event1"
