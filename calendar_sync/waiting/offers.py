"""Which times those who wait were offered; the only writer of table `waiting_offer`.

An offer holds a time: `booking` is the held booking, under which its text is sent too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import class_row

LIFETIME = timedelta(minutes=30)
"""How long a time stays offered to one person."""
A_DAY = 2
"""Offers to one person in 24 hours: three texts a day may go to a number, see `TextConfig`."""

OfferOutcome = Literal[
    "taken", "declined", "lapsed", "not delivered", "left", "not earlier", "failed"
]
"""`not earlier`: the visit has changed meanwhile. `failed`: accepted, but not to be had."""
_WHERE: LiteralString = "SELECT * FROM waiting_offer WHERE "


@dataclass(frozen=True, slots=True)
class Offer:
    """A row of `waiting_offer`; times in UTC by the clinic's clock. `start` is the offered time's.

    `accepted_at`: when they said yes; the calendar follows, and then the offer has an outcome.
    """

    id: int
    waiting: int
    booking: int
    start: datetime
    offered_at: datetime
    until: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    outcome: OfferOutcome | None

    def is_open(self, now: datetime) -> bool:
        """Whether the time may be taken now."""
        return self.ended_at is None and self.accepted_at is None and now < self.until


async def add(
    conn: AsyncConnection, entry_id: int, booking_id: int, start: datetime, now: datetime
) -> None:
    """Store that a time which is held for them is offered from now on."""
    await conn.execute(
        "INSERT INTO waiting_offer (waiting, booking, start, offered_at, until)"
        " VALUES (%s, %s, %s, %s, %s)",
        [entry_id, booking_id, start, now, now + LIFETIME],
    )


async def offers_to(conn: AsyncConnection, entry_id: int) -> list[Offer]:
    """Everything that somebody was offered, oldest first."""
    return await _select(conn, _WHERE + "waiting = %s ORDER BY id", entry_id)


async def open_offer(conn: AsyncConnection, entry_id: int) -> Offer | None:
    """The one whose outcome is open."""
    found = await _select(conn, _WHERE + "waiting = %s AND ended_at IS NULL", entry_id)
    return found[0] if found else None


async def offer_of(conn: AsyncConnection, booking_id: int) -> Offer | None:
    """The offer of a held time; None if that is held for a caller."""
    found = await _select(conn, _WHERE + "booking = %s", booking_id)
    return found[0] if found else None


async def accept(conn: AsyncConnection, offer_id: int, now: datetime) -> None:
    """They said yes."""
    await conn.execute("UPDATE waiting_offer SET accepted_at = %s WHERE id = %s", [now, offer_id])


async def end(conn: AsyncConnection, offer_id: int, outcome: OfferOutcome, now: datetime) -> None:
    """What came of it; the first outcome stays."""
    await conn.execute(
        "UPDATE waiting_offer SET ended_at = %s, outcome = %s WHERE id = %s AND ended_at IS NULL",
        [now, outcome, offer_id],
    )


async def _select(conn: AsyncConnection, query: LiteralString, value: int) -> list[Offer]:
    async with conn.cursor(row_factory=class_row(Offer)) as cursor:
        await cursor.execute(query, [value])
        return await cursor.fetchall()
