"""Which visits a caller may hear about: those of a number, or the one with a visit code."""

from datetime import datetime
from typing import Literal, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync.bookings.booking import Booking, from_row, pending_move
from calendar_sync.private_fields import Lookup

Standing = Literal["booked", "begun", "pending", "moving", "cancelled"]
"""`pending`: confirmed, and not in the calendar yet; `cancelled`: by staff."""

_LIVE: LiteralString = (
    "(state = 'booked' OR state = 'held' AND confirmed_at IS NOT NULL AND moves IS NULL)"
)
_TOLD: LiteralString = f"({_LIVE} OR state = 'cancelled' AND outcome = 'staff')"


async def coming(conn: AsyncConnection, number: str, now: datetime) -> Literal["", "some", "gone"]:
    """Whether a number (E.164) has a visit that is not over; "gone": staff cancelled it."""
    rows = await conn.execute(
        f"SELECT bool_or({_LIVE}) FROM booking"  # noqa: S608  # constants
        f" WHERE number = %s AND upper(during) > %s AND {_TOLD}",
        [Lookup(number), now],
    )
    live = (await rows.fetchone() or (None,))[0]
    return "" if live is None else "some" if live else "gone"


async def count_coming(conn: AsyncConnection, now: datetime) -> int:
    """How many visits of all numbers are not over."""
    rows = await conn.execute(
        f"SELECT count(*) FROM booking WHERE {_LIVE}"  # noqa: S608  # a constant
        " AND upper(during) > %s",
        [now],
    )
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def visits_of_number(conn: AsyncConnection, number: str, now: datetime) -> list[Booking]:
    """The visits of a number that are not over, the next one first.

    If there are none, those that staff cancelled and whose time is still ahead.
    """
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"SELECT * FROM booking WHERE {_TOLD}"  # noqa: S608  # a constant
            " AND number = %s AND upper(during) > %s"
            " ORDER BY lower(during), id",
            [Lookup(number), now],
        )
        found = [from_row(row) async for row in cursor]
    return [each for each in found if each.state != "cancelled"] or found


async def visit_of_code(conn: AsyncConnection, code: str, now: datetime) -> Booking | None:
    """The visit with this code that is not over; one that staff cancelled only if there is none."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(
            f"SELECT * FROM booking WHERE {_TOLD}"  # noqa: S608  # a constant
            " AND visit_code = %s AND upper(during) > %s"
            " ORDER BY state = 'cancelled', id DESC LIMIT 1",
            [Lookup(code), now],
        )
        row = await cursor.fetchone()
    return None if row is None else from_row(row)


async def standing_of(conn: AsyncConnection, visit: Booking, now: datetime) -> Standing | None:
    """What can be done with a visit now; None if it is over, or is none any more."""
    if visit.slot.end <= now:
        return None
    match visit.state:
        case "cancelled":
            return "cancelled" if visit.outcome == "staff" else None
        case "held":
            return "pending" if visit.confirmed_at and visit.moves is None else None
        case "released":
            return None
        case "booked" if visit.slot.start <= now:
            return "begun"
        case "booked":
            return "moving" if await pending_move(conn, visit.id) else "booked"
