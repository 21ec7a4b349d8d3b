"""Reading the `text` table; `outbox` writes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync import job_queue
from calendar_sync.private_fields import Lookup
from voice.texts.messages import ASKED_FOR, NEWS, Kind
from voice.texts.schedule import TextHistory

State = Literal["owed", "sending", "accepted", "sent", "delivered", "failed", "dropped"]
"""`owed`: waits to be sent. `sending`: an attempt began and its outcome is not stored yet."""
_REACHED_TWILIO = {"sending", "accepted", "sent", "delivered"}


@dataclass(frozen=True, slots=True)
class TextRow:
    """One text; times in UTC by the line's clock. The body is not stored, only its digests.

    `about`: start of the visit. `telling`: id of the notice it delivers. `not_before`: put off, or
    an attempt is under way, until then. `tries` counts attempts, the last of which `began`.
    """

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
    error: int | None
    link_to_follow: bool
    began: datetime | None

    @property
    def ready_at(self) -> datetime:
        """The earliest time for the next attempt."""
        return max(self.due, self.not_before or self.due)


_SELECT: LiteralString = (
    "SELECT id, booking, name, kind, about, telling, number, due, not_before, state, sid,"
    " former_sids, digests, tries, error, link_to_follow, began FROM text WHERE"
)


async def texts_of(conn: AsyncConnection, booking_id: int) -> list[TextRow]:
    """All texts of a booking, oldest first."""
    return await _select(conn, _SELECT + " booking = %s ORDER BY id", [booking_id])


async def text(conn: AsyncConnection, text_id: int) -> TextRow | None:
    """One text; None if there is none with this id."""
    found = await _select(conn, _SELECT + " id = %s", [text_id])
    return found[0] if found else None


async def waiting(conn: AsyncConnection) -> list[TextRow]:
    """Texts still to be sent, including those whose last attempt has no known outcome."""
    return await _select(conn, _SELECT + " state IN ('owed', 'sending') ORDER BY due, id", [])


async def without_job(conn: AsyncConnection, due_before: datetime) -> list[TextRow]:
    """Texts still to be sent and due before then that no `send_text` job is queued or running for.

    An older version of this program left such rows, and so does whoever restores a backup.
    """
    return await _select(
        conn,
        _SELECT + " state IN ('owed', 'sending') AND due < %s"
        " AND NOT EXISTS (SELECT FROM procrastinate_jobs AS job"
        "   WHERE job.task_name = %s AND job.status IN ('todo', 'doing')"
        "     AND (job.args ->> 'text_id')::bigint = text.id)"
        " ORDER BY due, id",
        [due_before, job_queue.SEND_TEXT],
    )


async def attempts_to(conn: AsyncConnection, number: str, since: datetime) -> int:
    """How many texts to this number were attempted since then."""
    return await _count(
        conn, "SELECT count(*) FROM text WHERE began > %s AND number = %s", [since, Lookup(number)]
    )


async def attempts_asked_for(conn: AsyncConnection, since: datetime) -> int:
    """How many texts that callers and patients caused were attempted since then."""
    return await _count(
        conn,
        "SELECT count(*) FROM text WHERE began > %s AND kind = ANY (%s)",
        [since, sorted(ASKED_FOR)],
    )


async def _count(conn: AsyncConnection, query: LiteralString, values: list[Any]) -> int:
    rows = await conn.execute(query, values)
    row = await rows.fetchone()
    return int(row[0]) if row else 0


async def other_sids(conn: AsyncConnection, row: TextRow) -> list[str]:
    """SIDs of the messages to the same number that are not the current message of this text."""
    rows = await conn.execute(
        "SELECT sid FROM text WHERE number = %s AND id <> %s AND sid IS NOT NULL"
        " UNION ALL SELECT unnest(former_sids) FROM text WHERE number = %s",
        [Lookup(row.number), row.id, Lookup(row.number)],
    )
    return [sid for (sid,) in await rows.fetchall()]


def history_of(rows: Iterable[TextRow], number: str | None, video: str) -> TextHistory:
    """What the patient learned by text at this number; `video` is the link as known by now."""
    news = [
        row
        for row in rows
        if row.kind in NEWS and row.state in _REACHED_TWILIO and row.number == number
        if not row.kind.startswith("cancelled")
    ]
    to_follow = bool(news) and news[-1].link_to_follow
    return TextHistory(frozenset(row.about for row in news), to_follow, video)


async def _select(conn: AsyncConnection, query: LiteralString, values: list[Any]) -> list[TextRow]:
    async with conn.cursor(row_factory=class_row(TextRow)) as cursor:
        await cursor.execute(query, values)
        return await cursor.fetchall()
