"""Jobs that are missing or overdue, found in the job queue's own tables.

Its job manager knows neither which booking a job is for nor when it was deferred, so this is the
one module that reads those tables. Other overdue work is found where it is: a booking that waits
for the calendar by `jobs.reconcile`, a notice by `notices.follow_up`, a calendar that cannot be
read by `change_cursor.overdue_since`. A push channel that cannot be opened is nothing that staff
need to know, nor is a late invitation: the patient has the text and the page.
"""

from psycopg import AsyncConnection

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.deadlines import ORPHANED_AFTER, OVERDUE_AFTER

ORPHANED = """
SELECT id, moves IS NOT NULL FROM booking
WHERE state = 'held' AND confirmed_at < now() - %s
  AND NOT EXISTS (SELECT FROM procrastinate_jobs
                  WHERE task_name = CASE WHEN moves IS NULL THEN %s ELSE %s END
                    AND status IN ('todo', 'doing')
                    AND (args ->> 'booking_id')::bigint = booking.id)
FOR UPDATE SKIP LOCKED
"""
OVERDUE = """
SELECT DISTINCT (job.args ->> 'booking_id')::bigint
FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
WHERE job.task_name = ANY (%s) AND job.status IN ('todo', 'doing') AND job.attempts > 0
  AND event.type = 'deferred' AND event.at < now() - %s
"""

_EVENT_TASKS = ("rewrite_event", "pick_up_link", "look_at_event", "withdraw_event")
"""Tasks that keep the event of a booking up to date."""


async def requeue_orphans(conn: AsyncConnection) -> None:
    """Queue confirmed bookings and moves that no job works on."""
    names = [job_queue.full_name("insert_event"), job_queue.full_name("move_event")]
    orphans = await conn.execute(ORPHANED, [ORPHANED_AFTER, *names])
    for booking_id, is_move in await orphans.fetchall():
        defer = job_queue.move_event if is_move else job_queue.insert_event
        await defer(conn, booking_id)


async def list_outdated_events(conn: AsyncConnection) -> None:
    """List each visit whose event is overdue for an update; take it off once it was done."""
    names = [job_queue.full_name(task) for task in _EVENT_TASKS]
    rows = await conn.execute(OVERDUE, [names, OVERDUE_AFTER])
    overdue = [await booking(conn, booking_id) for (booking_id,) in await rows.fetchall()]
    for visit in overdue:
        await call_backs.request(conn, visit, Reason.EVENT_OUTDATED)
    await call_backs.withdraw_all_but(
        conn, Reason.EVENT_OUTDATED, [visit.call_sid for visit in overdue]
    )
