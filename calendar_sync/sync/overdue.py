"""What could not be done within five minutes, where staff see it.

A booking that waits for the calendar is shown by `jobs.reconcile`, something that a patient is
still to be told by `tellings.follow_up`, a call-back request that cannot be put into the calendar
by the command `callbacks`. Here: an event that is not brought up to date, and a calendar that
cannot be read. A push channel that cannot be opened is nothing that staff need, see `channels`, nor
is a late invitation: the patient has the text and the page.
"""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import booking
from calendar_sync.sync.insert import withdraw_event
from calendar_sync.sync.rewrite import rewrite_event
from calendar_sync.sync.staff_jobs import look_at_event
from calendar_sync.sync.video_links import pick_up_link

NOT_UP_TO_DATE = "the visit's event in the calendar could not be brought up to date"
"""Consent, video link or a mark is missing there, or an event stands there that should not."""


async def show_late(conn: AsyncConnection) -> None:
    """List each visit whose event has waited for five minutes; take it off once it was done."""
    names = [each.name for each in (rewrite_event, pick_up_link, look_at_event, withdraw_event)]
    rows = await conn.execute(
        """
        SELECT DISTINCT (job.args ->> 'booking_id')::bigint
        FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
        WHERE job.task_name = ANY (%s) AND job.status IN ('todo', 'doing') AND job.attempts > 0
          AND event.type = 'deferred' AND event.at < now() - interval '5 minutes'
        """,
        [names],
    )
    late = [await booking(conn, booking_id) for (booking_id,) in await rows.fetchall()]
    for each in late:
        await call_backs.ask(conn, each.call_sid, NOT_UP_TO_DATE, each.number, each.language)
    await call_backs.close_others(conn, NOT_UP_TO_DATE, [each.call_sid for each in late])


async def unread_since(conn: AsyncConnection) -> datetime | None:
    """When the calendar's changes were last read, if that is more than five minutes ago (UTC)."""
    rows = await conn.execute(
        "SELECT read_at FROM calendar_cursor WHERE read_at < now() - interval '5 minutes'"
    )
    row = await rows.fetchone()
    return None if row is None else row[0]
