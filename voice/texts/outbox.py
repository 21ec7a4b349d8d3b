"""The `text` table: one row per text, from plan to outcome. The only module that writes it.

The row is the intent. In the transaction that makes a row wait to be sent, a `send_text` job is
queued for its time; when that job runs, the row alone decides whether the text still goes out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.private_fields import Lookup
from voice.texts.messages import REMINDERS, Kind
from voice.texts.schedule import PlannedText
from voice.texts.text_rows import State, TextRow

DELIVERY_CHECKS = (
    timedelta(minutes=4),
    timedelta(minutes=20),
    timedelta(hours=2),
    timedelta(hours=24),
)
"""When to ask Twilio, after an attempt began, about a text without a final status. The first is
early enough for staff to learn within five minutes that a text was not delivered."""


async def require(
    conn: AsyncConnection, booking_id: int, number: str, planned: PlannedText, now: datetime
) -> None:
    """Make sure that this text will be sent: insert its row, or reuse one dropped or waiting.

    A text that was attempted already stays as it is, and a repeat never delays one that waits.
    """
    rows = await conn.execute(
        """
        INSERT INTO text (booking, name, kind, about, telling, number, due)
        VALUES (%(booking)s, %(name)s, %(kind)s, %(about)s, %(telling)s, %(number)s, %(due)s)
        ON CONFLICT (booking, name, number) DO UPDATE
        SET state = 'owed', due = excluded.due,
            not_before = CASE WHEN text.state = 'owed' THEN text.not_before END
        WHERE text.state = 'dropped' OR text.state = 'owed' AND excluded.due < text.due
        RETURNING id
        """,
        {
            "booking": booking_id,
            "name": planned.name,
            "kind": planned.kind,
            "about": planned.about,
            "telling": planned.notice,
            "number": Lookup(number),
            "due": planned.due,
        },
    )
    for (text_id,) in await rows.fetchall():
        await _queue(conn, text_id, planned.kind, planned.due - now)


def stands(row: TextRow, planned: PlannedText) -> bool:
    """Whether `require` would leave this row as it is."""
    return row.state != "dropped" and not (row.state == "owed" and planned.due < row.due)


async def drop(conn: AsyncConnection, text_id: int) -> None:
    """It is not needed anymore; one whose attempt has begun stays."""
    await conn.execute(
        "UPDATE text SET state = 'dropped', not_before = NULL WHERE id = %s AND state = 'owed'",
        [text_id],
    )


async def drop_overdue(conn: AsyncConnection, now: datetime) -> int:
    """Drop what was due before `now`, for a restored database: it may have been sent meanwhile."""
    cursor = await conn.execute(
        "UPDATE text SET state = 'dropped', not_before = NULL"
        " WHERE state IN ('owed', 'sending') AND due < %s",
        [now],
    )
    return cursor.rowcount


async def drop_all_to(conn: AsyncConnection, number: str) -> None:
    """Nothing that waits may be sent to this number."""
    await conn.execute(
        "UPDATE text SET state = 'dropped', not_before = NULL WHERE number = %s AND state = 'owed'",
        [Lookup(number)],
    )


async def drop_all_of(conn: AsyncConnection, booking_ids: Sequence[int]) -> None:
    """Nothing more is sent about these bookings, whatever came of attempts that began."""
    await conn.execute(
        "UPDATE text SET state = 'dropped', not_before = NULL"
        " WHERE booking = ANY (%s) AND state IN ('owed', 'sending')",
        [list(booking_ids)],
    )


async def delete_texts(
    conn: AsyncConnection, booking_ids: Sequence[int], number: str = ""
) -> list[int]:
    """Delete the texts of these bookings and those to `number` (E.164); their ids."""
    rows = await conn.execute(
        "DELETE FROM text WHERE booking = ANY (%s) OR number = %s RETURNING id",
        [list(booking_ids), number],
    )
    return [text_id for (text_id,) in await rows.fetchall()]


async def put_off(conn: AsyncConnection, text_id: int, until: datetime) -> None:
    """No attempt before then."""
    await conn.execute("UPDATE text SET not_before = %s WHERE id = %s", [until, text_id])


async def begin_attempt(  # noqa: PLR0913  # each is a column
    conn: AsyncConnection,
    text_id: int,
    digest: str,
    now: datetime,
    until: datetime,
    *,
    link_to_follow: bool,
) -> None:
    """Store the intent to send a body with this digest; keyed, as a code in it could be guessed.

    No other attempt begins before `until`.
    """
    await conn.execute(
        "UPDATE text SET state = 'sending', tries = tries + 1, began = %s, not_before = %s,"
        " digests = array_append(digests, %s), link_to_follow = %s WHERE id = %s",
        [now, until, Lookup(digest), link_to_follow, text_id],
    )


async def undo_attempt(conn: AsyncConnection, text_id: int) -> None:
    """The attempt certainly sent nothing: the text waits again."""
    await conn.execute(
        "UPDATE text SET state = 'owed', not_before = NULL WHERE id = %s AND state = 'sending'",
        [text_id],
    )


async def mark_accepted(conn: AsyncConnection, text_id: int, sid: str, *, delivered: bool) -> None:
    """Twilio has it, under this SID."""
    await conn.execute(
        "UPDATE text SET state = %s, sid = %s, not_before = NULL WHERE id = %s",
        ["delivered" if delivered else "accepted", sid, text_id],
    )
    if not delivered:
        await job_queue.check_delivery(
            conn, text_id, delay_seconds=int(DELIVERY_CHECKS[0].total_seconds())
        )


async def mark_state(conn: AsyncConnection, text_id: int, state: State) -> None:
    """What Twilio reported."""
    await conn.execute("UPDATE text SET state = %s WHERE id = %s", [state, text_id])


async def mark_failed(conn: AsyncConnection, text_id: int) -> None:
    """It will not be tried again."""
    await conn.execute(
        "UPDATE text SET state = 'failed', not_before = NULL WHERE id = %s", [text_id]
    )


async def keep_error(conn: AsyncConnection, text_id: int, code: int) -> None:
    """Twilio's code of the last refusal."""
    await conn.execute("UPDATE text SET error = %s WHERE id = %s", [code, text_id])


async def send_again(conn: AsyncConnection, row: TextRow, wait: timedelta, now: datetime) -> None:
    """Try once more after a while, as a message with a new SID."""
    await conn.execute(
        "UPDATE text SET state = 'owed', not_before = %s, sid = NULL, former_sids = CASE"
        " WHEN sid IS NULL THEN former_sids ELSE array_append(former_sids, sid) END WHERE id = %s",
        [now + wait, row.id],
    )
    await _queue(conn, row.id, row.kind, wait)


async def retry_all(conn: AsyncConnection, now: datetime) -> int:
    """Send what was put off, and what failed and is still of use; how many texts that is."""
    rows = await conn.execute(
        """
        UPDATE text SET state = CASE state WHEN 'failed' THEN 'owed' ELSE state END,
          not_before = NULL, tries = 0,
          former_sids = CASE WHEN state = 'failed' AND sid IS NOT NULL
                        THEN array_append(former_sids, sid) ELSE former_sids END,
          sid = CASE WHEN state = 'failed' THEN NULL ELSE sid END
        WHERE state = 'failed' AND about > %(now)s
              AND NOT EXISTS (SELECT FROM text_bar WHERE text_bar.number = text.number)
           OR state = 'owed' AND not_before IS NOT NULL
        RETURNING id, kind, due
        """,
        {"now": now},
    )
    found = await rows.fetchall()
    for text_id, kind, due in found:
        await _queue(conn, text_id, kind, due - now)
    return len(found)


async def queue_again(conn: AsyncConnection, row: TextRow, now: datetime) -> None:
    """Queue another job for it by the line's clock; harmless if it has one."""
    await _queue(conn, row.id, row.kind, row.ready_at - now)


async def _queue(conn: AsyncConnection, text_id: int, kind: Kind, wait: timedelta) -> None:
    delay = max(0, ceil(wait.total_seconds()))
    await job_queue.send_text(conn, text_id, delay_seconds=delay, urgent=kind not in REMINDERS)
