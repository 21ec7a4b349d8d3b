"""Says what happens on the line, in sentences that a clinic's owner understands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.span import Span
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, bookings_of_call
from voice.simulator.activity_words import booking_news, call_back_news, number_words, text_news

_MAX_CALLS = 50
"""Calls whose bookings are looked at; older ones are dropped."""
_START = "SELECT now(), coalesce((SELECT max(id) FROM demo_text), 0)"
_CALLS = "SELECT sid, caller, ended_at FROM call WHERE began_at >= %s ORDER BY began_at"
_TEXTS = "SELECT id, number, body FROM demo_text WHERE id > %s ORDER BY id"
_RINGS = """
SELECT name, value FROM journal
WHERE call_sid = %s AND name LIKE 'person.ring~%%' ORDER BY at, name
"""


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened.

    ``call_sid`` is the call that it belongs to, "" for none. ``day`` is the local day of a visit,
    and ``event_id`` its event in the calendar once it is booked.
    """

    words: str
    call_sid: str = ""
    day: date | None = None
    event_id: str = ""
    is_text: bool = False


class Activity:
    """Reports what is new on the line since the last look; the first look is the starting point."""

    def __init__(self, pool: AsyncConnectionPool, zone: ZoneInfo) -> None:
        self._pool, self._zone = pool, zone
        self._since: datetime | None = None
        self._last_text = 0
        self._calls: dict[str, bool] = {}  # whether the call has ended, or is not of the table
        self._bookings: dict[int, Booking] = {}
        self._requests: set[int] = set()
        self._rings: set[tuple[str, str]] = set()

    def follow(self, call_sid: str) -> None:
        """Report the bookings of this call too, although it began before the first look."""
        self._calls.setdefault(call_sid, True)

    @property
    def bookings(self) -> Iterable[Booking]:
        """The bookings of the calls so far, as of the last look."""
        return self._bookings.values()

    @property
    def held(self) -> list[Span]:
        """Times that a call holds and that are not in the calendar yet."""
        return [each.slot for each in self._bookings.values() if each.state == "held"]

    async def look(self) -> list[Happening]:
        """What is new, in the order in which it is usually caused."""
        async with self._pool.connection() as conn:
            if self._since is None:
                ((self._since, self._last_text),) = await _rows(conn, _START)
            began, ended = await self._new_calls(conn)
            news = list(began)
            for call_sid in list(self._calls)[-_MAX_CALLS:]:
                news += await self._new_rings(conn, call_sid)
                news += await self._new_bookings(conn, call_sid)
            news += await self._new_requests(conn)
            news += await self._new_texts(conn)
        return news + ended

    async def _new_calls(self, conn: AsyncConnection) -> tuple[list[Happening], list[Happening]]:
        began, ended = list[Happening](), list[Happening]()
        for sid, caller, ended_at in await _rows(conn, _CALLS, self._since):
            who = number_words(caller)
            if sid not in self._calls:
                began.append(Happening(f"A call came in from {who}.", sid))
            if ended_at is not None and not self._calls.get(sid, False):
                ended.append(Happening(f"The call from {who} ended.", sid))
            self._calls[sid] = ended_at is not None or self._calls.get(sid, False)
        return began, ended

    async def _new_rings(self, conn: AsyncConnection, call_sid: str) -> list[Happening]:
        rings: dict[tuple[str, str], str] = {
            (call_sid, name): value for name, value in await _rows(conn, _RINGS, call_sid)
        }
        new = [value for ring, value in rings.items() if ring not in self._rings]
        self._rings.update(rings)
        return [
            Happening(
                "Put the call through to staff."
                if value == "answered"
                else "Rang the clinic's phone, but nobody took the call.",
                call_sid,
            )
            for value in new
        ]

    async def _new_bookings(self, conn: AsyncConnection, call_sid: str) -> list[Happening]:
        news: list[Happening] = []
        for now in await bookings_of_call(conn, call_sid):
            before = self._bookings.get(now.id)
            self._bookings[now.id] = now
            day = now.slot.start.astimezone(self._zone).date()
            event_id = now.event_id or "" if now.state == "booked" else ""
            news += [
                Happening(words, call_sid, day, event_id)
                for words in booking_news(before, now, self._zone)
            ]
        return news

    async def _new_requests(self, conn: AsyncConnection) -> list[Happening]:
        waiting = await call_backs.open_requests(conn)
        new = [
            each
            for each in waiting
            if each.id not in self._requests and each.call_sid in self._calls
        ]
        self._requests.update(each.id for each in new)
        return [Happening(call_back_news(each), each.call_sid) for each in new]

    async def _new_texts(self, conn: AsyncConnection) -> list[Happening]:
        rows = await _rows(conn, _TEXTS, self._last_text)
        if rows:
            self._last_text = rows[-1][0]
        return [Happening(text_news(number, body), is_text=True) for _, number, body in rows]


async def _rows(conn: AsyncConnection, statement: LiteralString, *values: object) -> list[TupleRow]:
    return await (await conn.execute(statement, values)).fetchall()
