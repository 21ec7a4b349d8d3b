"""The command `undo-flood`: cancels what robots booked by phone, and tells nobody of it.

Robots key numbers of strangers, so no text goes out. A visit whose patient shows that they exist is
kept: who keyed the spoken number back, gave a name, confirmed, or moved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row

from calendar_sync import job_queue
from calendar_sync.bookings.event_text import short_time
from calendar_sync.bookings.silent_cancel import cancel_silently
from voice import phone_numbers, read_log
from voice.commands.call_back_list import connected
from voice.errors import ReportedError
from voice.settings import Settings
from voice.texts import outbox

_FOUND = """
SELECT booking.id, lower(during) AS starts, number, caller,
       CASE WHEN keyed_back_at IS NOT NULL THEN 'keyed the spoken number back'
            WHEN patient_name IS NOT NULL OR patient_email IS NOT NULL THEN 'gave a name or email'
            WHEN confirmed_by_text IS NOT NULL OR confirmed_by_phone IS NOT NULL THEN 'confirmed'
            WHEN moved_at IS NOT NULL THEN 'moved it' ELSE '' END AS person
FROM booking LEFT JOIN call ON sid = call_sid
WHERE confirmed_at >= %(since)s AND state IN ('held', 'booked') AND moves IS NULL
  AND lower(during) > %(now)s
ORDER BY during
"""


class UndoFloodError(ReportedError):
    """The command cannot do what it was asked."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A visit that was booked by phone; `person` is how its patient shows that they exist."""

    id: int
    starts: datetime
    number: str | None
    caller: str | None
    person: str


async def found(
    settings: Settings, since: datetime, typed: str | None, now: datetime
) -> tuple[list[Taken], list[str]]:
    """The visits to cancel, and lines to print, those that are kept included.

    `since` and `now` are aware. With a number all of its visits are cancelled, and none is kept.
    Raises UndoFloodError if `typed` is no phone number.
    """
    number = phone_numbers.typed(typed) if typed else None
    if typed and not number:
        message = "That is not a phone number. Give it with its area code, such as +14255550123."
        raise UndoFloodError(message)
    async with connected(settings) as conn:
        taken = await _read(conn, since, now)
        taken = [each for each in taken if not number or number in {each.number, each.caller}]
        await read_log.record(conn, "undo-flood", len(taken))
    cancel = [each for each in taken if number or not each.person]
    lines = [_line(settings, each, kept=each not in cancel) for each in taken]
    return cancel, lines or ["No coming visit was booked by phone since then."]


async def undo(settings: Settings, taken: Sequence[Taken]) -> list[str]:
    """Cancel these visits and what waits for them; a worker takes their events away."""
    ids = [each.id for each in taken]
    async with connected(settings) as conn, conn.transaction():
        await outbox.drop_all_of(conn, ids)
        await cancel_silently(conn, ids, ())
        for booking_id in ids:
            await job_queue.withdraw_event(conn, booking_id)
    return [
        f"Cancelled {len(ids)} visits; their events go within a minute. Nobody was told.",
        "If one of the numbers above may be a patient's, call it.",
    ]


async def _read(conn: AsyncConnection, since: datetime, now: datetime) -> list[Taken]:
    async with conn.cursor(row_factory=class_row(Taken)) as cursor:
        await cursor.execute(_FOUND, {"since": since, "now": now})
        return await cursor.fetchall()


def _line(settings: Settings, visit: Taken, *, kept: bool) -> str:
    number = phone_numbers.shown_number(visit.number) if visit.number else "no number"
    what = f"kept: {visit.person}" if kept else "cancel"
    return f"{short_time(visit.starts, settings.zone)}  {number}  {what}"
