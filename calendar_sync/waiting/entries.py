"""Who waits for a time to open; the only writer of table `waiting_list`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from calendar_sync.bookings.booking import WAITING, Booking, Chart, booking
from calendar_sync.private_fields import Lookup, PrivateJson

EntryOutcome = Literal[
    "taken", "left", "stopped texts", "not textable", "danger sign", "booked", "visit over"
]
"""Why somebody waits no more. `booked`: who had no visit has one from another call by now."""
_WHERE: LiteralString = "SELECT * FROM waiting_list WHERE "
_WAITING: LiteralString = _WHERE + "ended_at IS NULL "


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of `waiting_list`; times in UTC by the clinic's clock.

    `visit`: the booking to move, None for who has nothing booked. `number` (E.164) gets the texts.
    `chart`: the answers, for a booking that is still to be made. `safety_at`: when the safety
    questions were last answered. `known`: starts of the times that were open already, which are no
    news; None before anybody looked.
    """

    id: int
    call_sid: str
    visit: int | None
    number: str
    language: str
    consent_at: datetime
    wording: str
    chart: Chart
    safety_at: datetime
    known: frozenset[datetime] | None
    joined_at: datetime
    ended_at: datetime | None
    outcome: EntryOutcome | None

    @property
    def holder(self) -> str:
        """The `call_sid` of the times that are held for them."""
        return f"{WAITING}{self.id}"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Somebody who wants to wait; see `Entry`. `at` is now, by the clinic's clock."""

    call_sid: str
    visit: int | None
    number: str
    language: str
    consent_at: datetime
    wording: str
    chart: Chart
    safety_at: datetime
    at: datetime


def is_offer(held: Booking) -> bool:
    """Whether this time is held for somebody who waits and has not taken it yet."""
    waits = held.call_sid.startswith(WAITING)
    return waits and held.state == "held" and held.confirmed_at is None


async def add(conn: AsyncConnection, new: NewEntry, known: Collection[datetime] | None) -> None:
    """Put them on the list, unless they are on it already."""
    await conn.execute(
        "INSERT INTO waiting_list (call_sid, visit, number, language, consent_at, wording, chart,"
        " safety_at, known, joined_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [
            new.call_sid,
            new.visit,
            Lookup(new.number),
            new.language,
            new.consent_at,
            new.wording,
            _chart(new.call_sid, new.chart),
            new.safety_at,
            None if known is None else sorted(known),
            new.at,
        ],
    )


async def entry(conn: AsyncConnection, entry_id: int) -> Entry | None:
    """The entry with this id, ended or not."""
    found = await _select(conn, _WHERE + "id = %s", [entry_id])
    return found[0] if found else None


async def entry_of_visit(conn: AsyncConnection, visit_id: int) -> Entry | None:
    """The patient of this visit, while they wait for an earlier time."""
    found = await _select(conn, _WAITING + "AND visit = %s", [visit_id])
    return found[0] if found else None


async def all_waiting(conn: AsyncConnection) -> list[Entry]:
    """Everybody who waits, the first in line first."""
    return await _select(conn, _WAITING + "ORDER BY joined_at, id", [])


async def waiting_with(conn: AsyncConnection, number: str) -> list[Entry]:
    """Those who wait and get texts at this number (E.164)."""
    return await _select(conn, _WAITING + "AND number = %s", [Lookup(number)])


async def how_many(conn: AsyncConnection) -> int:
    """How many people wait."""
    rows = await conn.execute("SELECT count(*) FROM waiting_list WHERE ended_at IS NULL")
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def has_booked_since(conn: AsyncConnection, waits: Entry, now: datetime) -> bool:
    """Whether the number has a coming visit that was booked after it began to wait."""
    rows = await conn.execute(
        "SELECT FROM booking WHERE number = %s AND state = 'booked' AND upper(during) > %s"
        " AND booked_at > %s AND call_sid <> %s LIMIT 1",
        [Lookup(waits.number), now, waits.joined_at, waits.holder],
    )
    return await rows.fetchone() is not None


async def end(conn: AsyncConnection, entry_id: int, outcome: EntryOutcome, now: datetime) -> bool:
    """Take them off the list; False if they were off it already."""
    cursor = await conn.execute(
        "UPDATE waiting_list SET ended_at = %s, outcome = %s WHERE id = %s AND ended_at IS NULL",
        [now, outcome, entry_id],
    )
    return cursor.rowcount == 1


async def end_all(conn: AsyncConnection, number: str, now: datetime) -> None:
    """Take a number off the list at once, before everything about it is deleted."""
    for each in await waiting_with(conn, number):
        await end(conn, each.id, "left", now)


async def store_known(conn: AsyncConnection, waits: Entry, known: frozenset[datetime]) -> None:
    """Which times are no news to them."""
    if known != waits.known:
        await conn.execute(
            "UPDATE waiting_list SET known = %s WHERE id = %s", [sorted(known), waits.id]
        )


async def store_safety(
    conn: AsyncConnection, waits: Entry, chart: Chart, answered_at: datetime
) -> None:
    """The safety questions were answered again; `chart` is the whole chart with the new line."""
    await conn.execute(
        "UPDATE waiting_list SET chart = %s, safety_at = %s WHERE id = %s",
        [_chart(waits.call_sid, chart), answered_at, waits.id],
    )


async def lock_visit(conn: AsyncConnection, waits: Entry) -> Booking | None:
    """The visit that waits to be moved, locked; before any other row of theirs."""
    return None if waits.visit is None else await booking(conn, waits.visit, lock=True)


async def _select(conn: AsyncConnection, query: LiteralString, values: list[Any]) -> list[Entry]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, values)
        return [_entry(row) async for row in cursor]


def _chart(call_sid: str, chart: Chart) -> PrivateJson:
    return PrivateJson([list(line) for line in chart], f"waiting {call_sid}")


def _entry(row: dict[str, Any]) -> Entry:
    known = row.pop("known")
    chart = tuple((label, words) for label, words in row.pop("chart"))
    return Entry(**row, chart=chart, known=None if known is None else frozenset(known))
