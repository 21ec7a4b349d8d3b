"""Requests for a call back: each once, none lost."""

from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs


async def test_a_request_is_kept_once_per_call_and_reason(database: AsyncConnectionPool) -> None:
    """A doubled webhook asks once; another reason, or another call, asks again."""
    async with database.connection() as conn:
        for _ in range(2):
            await call_backs.ask(conn, "CA1", "closed", "+14255550123", "en")
        await call_backs.ask(conn, "CA1", "booking failed", "+14255550123", "en")
        await call_backs.ask(conn, "CA2", "closed", None, "es")
        found = await call_backs.open_requests(conn)
    assert [(each.call_sid, each.reason, each.number, each.language) for each in found] == [
        ("CA1", "closed", "+14255550123", "en"),
        ("CA1", "booking failed", "+14255550123", "en"),
        ("CA2", "closed", None, "es"),
    ]


async def test_a_repeat_adds_a_missing_number_and_changes_no_other(
    database: AsyncConnectionPool,
) -> None:
    """A withheld number that is keyed later is filled in; a number once given stays."""
    async with database.connection() as conn:
        for number in (None, "+14255550123", "+12065550199", None):
            await call_backs.ask(conn, "CA1", "closed", number, "en")
        [found] = await call_backs.open_requests(conn)
    assert found.number == "+14255550123"


async def test_a_done_request_leaves_the_list_for_good(database: AsyncConnectionPool) -> None:
    """Marked once; marking again, or a late webhook, does not bring it back."""
    async with database.connection() as conn:
        await call_backs.ask(conn, "CA1", "closed", "+14255550123", "en")
        [found] = await call_backs.open_requests(conn)
        assert await call_backs.mark_done(conn, found.id)
        assert not await call_backs.mark_done(conn, found.id)
        assert not await call_backs.mark_done(conn, found.id + 1)
        await call_backs.ask(conn, "CA1", "closed", "+14255550123", "en")
        assert await call_backs.open_requests(conn) == []
