"""The Calendar without Google: a table in our own database.

Writers take turns by an advisory lock, so the numbers drawn for `changed` become visible in order
and a reader of `changes` never skips one.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, TypeVar, cast

from psycopg import AsyncCursor, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from calendar_sync.availability.postgres_ranges import as_range, as_span
from calendar_sync.availability.span import Span, merged
from calendar_sync.calendars.contract import (
    OPENED,
    CalendarEvent,
    Changed,
    Changes,
    Clash,
    CursorExpired,
    Event,
    Gone,
    Inserted,
    Refused,
    Unknown,
    Urgency,
)
from calendar_sync.private_fields import Private

Method = TypeVar("Method", bound=Callable[..., Coroutine[Any, Any, Any]])

_WRITE_LOCK = 0x10CA1D1A
"""The advisory lock of this table's writers; the number is arbitrary."""


def _unknown_on_error(ask: Method) -> Method:
    """Return Unknown when the database does not answer."""

    @wraps(ask)
    async def answer(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # as in the method
        try:
            return await ask(*args, **kwargs)
        except OperationalError as error:
            return Unknown(f"the local calendar's database did not answer: {type(error).__name__}")

    return cast("Method", answer)


class LocalCalendar:
    """The Calendar contract over table `local_event`, which nobody else writes."""

    def __init__(self, pool: AsyncConnectionPool, calendar: str = "default") -> None:
        """`pool` leads to a database that has the line's tables, with any number of calendars."""
        self._pool, self._calendar = pool, calendar

    async def hand_over(self, event_id: str, to: str) -> bool:
        """Put an event into another calendar, where it keeps its id; here it shows as cancelled."""
        async with self._writing() as cursor:
            await cursor.execute(
                """
                UPDATE local_event
                SET calendar = %s, left_calendar = calendar,
                    version = version + 1, changed = nextval('local_event_change')
                WHERE id = %s AND calendar = %s AND status = 'confirmed'
                """,
                [to, event_id, self._calendar],
            )
            return cursor.rowcount == 1

    @_unknown_on_error
    async def busy(
        self, within: Span, *, besides: AbstractSet[str] = frozenset()
    ) -> tuple[Span, ...] | Unknown:
        """Confirmed events that block their time."""
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                """
                SELECT during FROM local_event
                WHERE calendar = %s AND status = 'confirmed' AND blocks AND during && %s
                  AND lower(trim(title)) <> lower(%s) AND id <> ALL (%s)
                """,
                [self._calendar, as_range(within), OPENED, list(besides)],
            )
            return merged([as_span(row["during"]) async for row in cursor], within)

    @_unknown_on_error
    async def opened(self, within: Span) -> tuple[Span, ...] | Unknown:
        """Confirmed events with that title, whether they block or not."""
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "SELECT during FROM local_event WHERE calendar = %s AND status = 'confirmed'"
                " AND during && %s AND lower(trim(title)) = lower(%s)",
                [self._calendar, as_range(within), OPENED],
            )
            return merged([as_span(row["during"]) async for row in cursor], within)

    @_unknown_on_error
    async def insert(self, event: Event) -> Inserted | Clash | Unknown | Refused:
        """Insert a row, or say how the existing one differs."""
        async with self._writing() as cursor:
            await cursor.execute(
                """
                INSERT INTO local_event
                  (id, during, title, description, location, booking_id, blocks, calendar, changed)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, nextval('local_event_change'))
                ON CONFLICT (id) DO NOTHING RETURNING version
                """,
                [
                    event.id,
                    as_range(event.span),
                    event.title,
                    Private(event.description, event.id),
                    event.location,
                    event.booking_id,
                    event.blocks,
                    self._calendar,
                ],
            )
            if new := await cursor.fetchone():
                return Inserted(str(new["version"]))
            found = await self._find(cursor, event.id)
        if found is None or found.cancelled:
            return Clash("cancelled")
        if (found.booking_id, found.span) == (event.booking_id, event.span):
            return Inserted(found.etag)
        return Clash("foreign")

    @_unknown_on_error
    async def find(self, event_id: str) -> CalendarEvent | Unknown | None:
        """The row, tombstones included."""
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            return await self._find(cursor, event_id)

    async def find_beside(self, event_id: str, at: Span | None) -> None:
        """There are no other calendars."""
        del event_id, at

    @_unknown_on_error
    async def rewrite(  # noqa: PLR0913  # each is one part of the event that may change
        self,
        event_id: str,
        etag: str,
        *,
        title: str | None = None,
        description: str | None = None,
        location: str | None = None,
        urgency: Urgency | None = None,  # noqa: ARG002
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Replace the given texts; there are no colors here."""
        own = None if description is None else Private(description, event_id)
        texts = {"title": title, "description": own, "location": location}
        return await self._change(event_id, etag, texts)

    @_unknown_on_error
    async def move(
        self, event_id: str, to: Span, etag: str
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Replace the time."""
        return await self._change(event_id, etag, {"during": as_range(to)})

    @_unknown_on_error
    async def cancel(self, event_id: str, etag: str) -> Gone | Changed | Unknown:
        """Turn the row into a tombstone; its id stays used."""
        outcome = await self._change(event_id, etag, {"status": "cancelled"})
        return Gone() if isinstance(outcome, CalendarEvent) else outcome

    @_unknown_on_error
    async def changes(self, since: str | None) -> Changes | CursorExpired | Unknown:
        """Rows in the order of their changes; the cursor is the highest change number."""
        async with self._pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            # The highest number first: a change in between is returned twice rather than never.
            await cursor.execute("SELECT coalesce(max(changed), 0) AS top FROM local_event")
            row = await cursor.fetchone()
            top = row["top"] if row else 0
            if since is not None and not (since.isdecimal() and int(since) <= top):
                return CursorExpired()
            await cursor.execute(
                """
                SELECT * FROM local_event
                WHERE changed > %(since)s AND %(own)s IN (calendar, left_calendar)
                   OR %(since)s::bigint IS NULL AND calendar = %(own)s AND status = 'confirmed'
                ORDER BY changed
                """,
                {"since": None if since is None else int(since), "own": self._calendar},
            )
            return Changes(tuple([self._event(row) async for row in cursor]), str(top))

    async def _change(
        self, event_id: str, etag: str, new: Mapping[str, object]
    ) -> CalendarEvent | Changed | Gone:
        """Write the given columns if the version is still `etag`, else say why not."""
        unchanged = dict.fromkeys(("during", "title", "description", "location", "status"))
        async with self._writing() as cursor:
            await cursor.execute(
                """
                UPDATE local_event SET
                  during = coalesce(%(during)s::tstzrange, during),
                  title = coalesce(%(title)s, title),
                  description = coalesce(%(description)s, description),
                  location = coalesce(%(location)s, location),
                  status = coalesce(%(status)s, status),
                  version = version + 1, changed = nextval('local_event_change')
                WHERE id = %(id)s AND calendar = %(own)s AND version::text = %(etag)s
                  AND status = 'confirmed'
                RETURNING *
                """,
                {**unchanged, **new, "id": event_id, "etag": etag, "own": self._calendar},
            )
            if row := await cursor.fetchone():
                return self._event(row)
            found = await self._find(cursor, event_id)
        return Gone() if found is None or found.cancelled else Changed()

    @asynccontextmanager
    async def _writing(self) -> AsyncGenerator[AsyncCursor[DictRow]]:
        """A transaction that no other writer's overlaps."""
        async with (
            self._pool.connection() as conn,
            conn.transaction(),
            conn.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITE_LOCK])
            yield cursor

    async def _find(self, cursor: AsyncCursor[DictRow], event_id: str) -> CalendarEvent | None:
        await cursor.execute(
            "SELECT * FROM local_event WHERE id = %s AND %s IN (calendar, left_calendar)",
            [event_id, self._calendar],
        )
        row = await cursor.fetchone()
        return None if row is None else self._event(row)

    def _event(self, row: DictRow) -> CalendarEvent:
        return CalendarEvent(
            event_id=row["id"],
            span=as_span(row["during"]),
            title=row["title"],
            description=row["description"],
            location=row["location"],
            booking_id=row["booking_id"],
            cancelled=row["status"] == "cancelled" or row["calendar"] != self._calendar,
            etag=str(row["version"]),
        )
