"""The rows of `text`: what is owed, under way or done, each text one row from first to last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import class_row

from voice.texts.messages import NEWS, Kind
from voice.texts.schedule import PlannedText, TextHistory

State = Literal["owed", "sending", "accepted", "sent", "delivered", "failed", "dropped"]
_ON_ITS_WAY = {"sending", "accepted", "sent", "delivered"}


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text; times in UTC, by the line's clock. The words are nowhere but in the text itself."""

    id: int
    booking: int
    name: str
    kind: Kind
    about: datetime
    telling: int | None
    number: str
    due: datetime
    not_before: datetime | None
    state: State
    sid: str | None
    former_sids: list[str]
    digests: list[str]
    tries: int
    waits: int
    error: int | None
    link_to_follow: bool
    began: datetime | None


_SELECT: LiteralString = (
    "SELECT id, booking, name, kind, about, telling, number, due, not_before, state, sid,"
    " former_sids, digests, tries, waits, error, link_to_follow, began FROM text WHERE"
)


async def texts_of(conn: AsyncConnection, booking_id: int) -> list[TextRow]:
    """All texts of a booking, oldest first."""
    async with conn.cursor(row_factory=class_row(TextRow)) as cursor:
        await cursor.execute(_SELECT + " booking = %s ORDER BY id", [booking_id])
        return await cursor.fetchall()


async def text(conn: AsyncConnection, text_id: int) -> TextRow | None:
    """One text; None when there is none of this id."""
    async with conn.cursor(row_factory=class_row(TextRow)) as cursor:
        await cursor.execute(_SELECT + " id = %s", [text_id])
        return await cursor.fetchone()


async def due(
    conn: AsyncConnection, now: datetime, booking_id: int | None, most: int
) -> list[tuple[int, int]]:
    """What may be sent now, or looked after: text and booking; news first, then by time."""
    rows = await conn.execute(
        """
        SELECT id, booking FROM text
        WHERE state IN ('owed', 'sending') AND due <= %(now)s
          AND (not_before IS NULL OR not_before <= %(now)s)
          AND (%(booking)s::bigint IS NULL OR booking = %(booking)s)
        ORDER BY kind = ANY (%(news)s) DESC, due, id LIMIT %(most)s
        """,
        {"now": now, "booking": booking_id, "news": sorted(NEWS), "most": most},
    )
    return [(text_id, booking) for text_id, booking in await rows.fetchall()]


async def owe(conn: AsyncConnection, booking_id: int, number: str, owed: PlannedText) -> None:
    """There should be this text: make its row, or take up one that was dropped or is waiting.

    One that is under way or done stays as it is; news that wait are not put off by a repeat.
    """
    await conn.execute(
        """
        INSERT INTO text (booking, name, kind, about, telling, number, due)
        VALUES (%(booking)s, %(name)s, %(kind)s, %(about)s, %(telling)s, %(number)s, %(due)s)
        ON CONFLICT (booking, name, number) DO UPDATE
        SET state = 'owed', not_before = CASE
              WHEN text.state = 'owed' THEN text.not_before END, due = CASE
              WHEN text.state = 'owed' THEN least(text.due, excluded.due) ELSE excluded.due END
        WHERE text.state IN ('owed', 'dropped')
        """,
        {
            "booking": booking_id,
            "name": owed.name,
            "kind": owed.kind,
            "about": owed.about,
            "telling": owed.telling,
            "number": number,
            "due": owed.due,
        },
    )


async def drop(conn: AsyncConnection, text_id: int) -> None:
    """It need not be sent any more; one that is under way stays."""
    await conn.execute(
        "UPDATE text SET state = 'dropped', not_before = NULL WHERE id = %s AND state = 'owed'",
        [text_id],
    )


async def tries_since(conn: AsyncConnection, since: datetime, number: str | None = None) -> int:
    """How many texts were tried since then, to one number or to all."""
    rows = await conn.execute(
        "SELECT count(*) FROM text WHERE began > %s AND (%s::text IS NULL OR number = %s)",
        [since, number, number],
    )
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def others_sids(conn: AsyncConnection, row: TextRow) -> list[str]:
    """The names of all other messages that went to this number."""
    rows = await conn.execute(
        "SELECT sid FROM text WHERE number = %s AND id <> %s AND sid IS NOT NULL"
        " UNION ALL SELECT unnest(former_sids) FROM text WHERE number = %s",
        [row.number, row.id, row.number],
    )
    return [sid for (sid,) in await rows.fetchall()]


def history_of(rows: Iterable[TextRow], number: str | None, video: str) -> TextHistory:
    """What the patient has in texts at this number; `video` is the link as known by now."""
    told = [
        row
        for row in rows
        if row.kind in NEWS and row.state in _ON_ITS_WAY and row.number == number
        if not row.kind.startswith("cancelled")
    ]
    to_follow = bool(told) and told[-1].link_to_follow
    return TextHistory(frozenset(row.about for row in told), to_follow, video)
