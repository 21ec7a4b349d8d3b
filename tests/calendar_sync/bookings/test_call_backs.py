"""A call-back request is stored once and never lost, whichever version of the line stored it."""

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason, parse, reason_of
from calendar_sync.bookings.call_backs import Caller

PATIENT = Caller("CA1", "+14255550123", "en")


async def test_a_request_is_stored_once_per_call_and_reason(database: AsyncConnectionPool) -> None:
    """A repeated webhook adds no request; another reason or another call does."""
    async with database.connection() as conn:
        for _ in range(2):
            await call_backs.request(conn, PATIENT, Reason.OTHER, "closed")
        await call_backs.request(conn, PATIENT, Reason.BOOKING_FAILED)
        await call_backs.request(conn, Caller("CA2", None, "es"), Reason.OTHER, "closed")
        found = await call_backs.open_requests(conn)
    assert [(each.call_sid, each.reason, each.number, each.language) for each in found] == [
        ("CA1", "closed", "+14255550123", "en"),
        ("CA1", "visit could not be booked", "+14255550123", "en"),
        ("CA2", "closed", None, "es"),
    ]


async def test_a_repeat_adds_a_missing_number_and_changes_no_other(
    database: AsyncConnectionPool,
) -> None:
    """A number entered later fills in a withheld one; a stored number never changes."""
    async with database.connection() as conn:
        for number in (None, "+14255550123", "+12065550199", None):
            await call_backs.request(conn, Caller("CA1", number, "en"), Reason.NO_OPEN_TIME)
        [found] = await call_backs.open_requests(conn)
    assert found.number == "+14255550123"


async def test_a_done_request_leaves_the_list_for_good(database: AsyncConnectionPool) -> None:
    """A request marked done stays done when it is marked again or a late webhook arrives."""
    async with database.connection() as conn:
        await call_backs.request(conn, PATIENT, Reason.NO_OPEN_TIME)
        [found] = await call_backs.open_requests(conn)
        assert await call_backs.mark_done(conn, found.id)
        assert not await call_backs.mark_done(conn, found.id)
        assert not await call_backs.mark_done(conn, found.id + 1)
        await call_backs.request(conn, PATIENT, Reason.NO_OPEN_TIME)
        assert await call_backs.open_requests(conn) == []


NEWER_THAN_CODES = {
    Reason.BOOKED_UNHEARD,
    Reason.EVENT_UNREADABLE,
    Reason.GAVE_UP,
    Reason.LIMIT_REACHED,
    Reason.MOVE_UNHEARD,
    Reason.MOVE_UNSEEN,
    Reason.NOT_KEYED_BACK,
    Reason.OTHER_CALENDAR,
    Reason.OVER_LIMIT,
    Reason.RESTORED_GONE,
    Reason.RESTORED_MOVED,
    Reason.SAFETY_FLAG,
    Reason.UNFINISHED,
}
"""No version without codes stores these."""


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_known_by_its_code_and_by_its_words(reason: Reason) -> None:
    """No two reasons share a code or words."""
    assert reason_of(reason.code) is reason
    assert parse(reason.words("1)")) == (reason, "1)" if "{}" in reason.template else "")


def test_a_code_of_a_newer_version_is_no_reason_here() -> None:
    """A request with an unknown code is shown with the words stored with it."""
    assert reason_of("news") is None


@pytest.mark.parametrize("reason", [each for each in Reason if each not in NEWER_THAN_CODES])
async def test_what_an_older_version_stores_gets_its_code(
    database: AsyncConnectionPool, reason: Reason
) -> None:
    """An older version stores no codes and may run alongside; both versions share one request."""
    async with database.connection() as conn:
        await insert_as_before(conn, reason.words("5"))
        [found] = await call_backs.open_requests(conn)
        assert (reason_of(found.code), found.reason) == (reason, reason.for_staff(found.detail))
        await call_backs.request(conn, PATIENT, reason, found.detail)
        await insert_as_before(conn, reason.words("5"))
        assert len(await call_backs.open_requests(conn)) == 1


async def test_an_older_version_finds_a_request_that_was_stored_in_other_words(
    database: AsyncConnectionPool,
) -> None:
    """A request stored with other words is recognized by its code."""
    async with database.connection() as conn:
        await call_backs.request(conn, PATIENT, Reason.NOT_MOVED)
        await conn.execute("UPDATE call_back SET reason = 'put in other words'")
        await insert_as_before(conn, Reason.NOT_MOVED.words())
        assert len(await call_backs.open_requests(conn)) == 1


async def insert_as_before(conn: AsyncConnection, words: str) -> None:
    """Store a request as version 0.1 does."""
    await conn.execute(
        """
        INSERT INTO call_back (call_sid, reason, number, language)
        VALUES ('CA1', %s, '+14255550123', 'en')
        ON CONFLICT (call_sid, reason)
        DO UPDATE SET number = excluded.number WHERE call_back.number IS NULL
        """,
        [words],
    )
