"""Finds every row about one phone number.

What belongs to the number: its calls, and every booking that was made in one of them, calls back to
it, or texts it, with the calls of those bookings. Numbers are compared whole; keyed ones, which the
journal keeps as they were keyed, are compared here and not in the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import AsyncConnection

from calendar_sync.bookings.deadlines import CALL_TIMEOUT
from calendar_sync.bookings.deletion import with_moves
from calendar_sync.private_fields import Lookup
from voice import phone_numbers

_BOOKINGS = """
SELECT id, call_sid, number, text_number FROM booking
WHERE number = %(number)s OR text_number = %(number)s OR call_sid = ANY (%(sids)s)
"""
_CALL_BACKS = "SELECT id FROM call_back WHERE number = %s OR call_sid = ANY (%s) ORDER BY id"
_TEXTS = """
SELECT id, sid, former_sids FROM text WHERE number = %s OR booking = ANY (%s)
"""
_UNDER_WAY = """
SELECT FROM call WHERE sid = ANY (%s) AND ended_at IS NULL AND began_at > now() - %s LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Person:
    """The ids of all rows about `number` (E.164)."""

    number: Lookup
    others: frozenset[Lookup]
    """Numbers that its bookings name besides."""
    calls: tuple[str, ...]
    """SIDs of calls that go with their journals."""
    keyed: tuple[tuple[str, str], ...]
    """Call and name of journal rows in other calls, where somebody keyed the number."""
    bookings: tuple[int, ...]
    call_backs: tuple[int, ...]
    texts: tuple[int, ...]
    messages: tuple[str, ...]
    """SIDs of the texts at Twilio."""

    @property
    def numbers(self) -> list[Lookup]:
        """All of them."""
        return sorted({self.number, *self.others})


async def find(conn: AsyncConnection, number: str) -> Person:
    """What the database has about this number (E.164); reads the whole journal."""
    own = Lookup(number)
    calls = await _ids(conn, "SELECT sid FROM call WHERE caller = %s", [own])
    rows = await conn.execute(_BOOKINGS, {"number": own, "sids": calls})
    bookings = await rows.fetchall()
    calls = list(dict.fromkeys([*calls, *(call for _, call, _, _ in bookings)]))
    rows = await conn.execute(_BOOKINGS, {"number": own, "sids": calls})
    bookings = await rows.fetchall()
    booking_ids = await with_moves(conn, [booking_id for booking_id, *_ in bookings])
    rows = await conn.execute(_TEXTS, [own, booking_ids])
    texts = await rows.fetchall()
    named = {each for *_, given, texted in bookings for each in (given, texted) if each}
    return Person(
        own,
        frozenset(map(Lookup, named - {number})),
        tuple(sorted(calls)),
        tuple(await _keyed(conn, number, frozenset(calls))),
        tuple(sorted(booking_ids)),
        tuple(await _ids(conn, _CALL_BACKS, [own, calls])),
        tuple(sorted(text_id for text_id, _, _ in texts)),
        tuple(sorted({sid for _, now, former in texts for sid in (now, *former) if sid})),
    )


async def is_on_the_line(conn: AsyncConnection, person: Person) -> bool:
    """Whether one of these calls goes on."""
    rows = await conn.execute(_UNDER_WAY, [list(person.calls), CALL_TIMEOUT])
    return await rows.fetchone() is not None


async def coming_visits(conn: AsyncConnection, person: Person, now: datetime) -> int:
    """How many of these bookings are visits that are not over at `now`."""
    rows = await conn.execute(
        "SELECT count(*) FROM booking"
        " WHERE id = ANY (%s) AND state = 'booked' AND upper(during) > %s",
        [list(person.bookings), now],
    )
    [count] = await rows.fetchone() or [0]
    return int(count)


async def _keyed(
    conn: AsyncConnection, number: str, known: frozenset[str]
) -> list[tuple[str, str]]:
    """Where a caller of another call keyed the number."""
    found: list[tuple[str, str]] = []
    async with conn.transaction(), conn.cursor("journal") as cursor:
        await cursor.execute("SELECT call_sid, name, value FROM journal")
        async for sid, name, value in cursor:
            if sid not in known and (number in value or phone_numbers.keyed(value) == number):
                found.append((sid, name))
    return sorted(found)


async def _ids(conn: AsyncConnection, query: LiteralString, given: Sequence[object]) -> list[Any]:
    rows = await conn.execute(query, given)
    return [found for (found,) in await rows.fetchall()]
