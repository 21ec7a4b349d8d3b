"""The calendar's jobs in one place: `blueprint` is what the line's queue takes in.

Everything here may be killed anywhere and run again. No job that others wait for takes a `lock`: a
killed holder would block the very job that revives it.
"""

import logging

from procrastinate import JobContext

from calendar_sync import job_queue
from calendar_sync.bookings import call_backs, free_times
from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.holds import release_expired
from calendar_sync.bookings.settlement import call_back_lost_bookings
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import FIRST, HOUSEKEEPING
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.insert import insert_event, withdraw_event
from calendar_sync.sync.invitations import invite
from calendar_sync.sync.move import move_event
from calendar_sync.sync.notify import check_delivery, check_texts, send_text, tell_patient
from calendar_sync.sync.overdue import show_late
from calendar_sync.sync.rewrite import rewrite_event
from calendar_sync.sync.staff_jobs import follow_staff, look_at_event
from calendar_sync.sync.video_links import pick_up_link
from calendar_sync.sync.watch_channels import renew_channel

__all__ = [
    "blueprint",
    "check_delivery",
    "check_texts",
    "delete_old_jobs",
    "follow_staff",
    "insert_event",
    "invite",
    "look_at_event",
    "move_event",
    "pick_up_link",
    "reconcile",
    "reconcile_bookings",
    "refresh_busy",
    "release_expired_holds",
    "renew_channel",
    "retry_stalled",
    "rewrite_event",
    "send_text",
    "tell_patient",
    "withdraw_event",
]

log = logging.getLogger(__name__)

_SILENT = 3  # seconds without a heartbeat after which a worker counts as dead
_WEEK = 7 * 24  # hours


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="refresh_busy", queue=HOUSEKEEPING, queueing_lock="refresh_busy", pass_context=True
)
async def refresh_busy(context: JobContext, timestamp: int) -> None:
    """Every minute: read the busy times again."""
    del timestamp
    read = await free_times.refresh(clinic_of(context))
    if not isinstance(read, free_times.BusySnapshot):
        log.warning("the busy times could not be read: %s", read.why)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="release_expired_holds",
    queue=HOUSEKEEPING,
    queueing_lock="release_expired_holds",
    pass_context=True,
)
async def release_expired_holds(context: JobContext, timestamp: int) -> None:
    """Every minute: let go of holds whose five minutes are over."""
    del timestamp
    async with clinic_of(context).pool.connection() as conn:
        await release_expired(conn)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="reconcile_bookings",
    queue=HOUSEKEEPING,
    queueing_lock="reconcile_bookings",
    pass_context=True,
)
async def reconcile_bookings(context: JobContext, timestamp: int) -> None:
    """Every minute: see `reconcile`."""
    del timestamp
    await reconcile(clinic_of(context))


@blueprint.periodic(cron="* * * * * */2")
@blueprint.task(
    name="retry_stalled",
    queue=HOUSEKEEPING,
    queueing_lock="retry_stalled",
    priority=FIRST,
    pass_context=True,
)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Every two seconds: jobs of a killed worker go back to the queue; a caller may be waiting."""
    del timestamp
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT):
        await manager.retry_job(job)


@blueprint.periodic(cron="7 * * * *")
@blueprint.task(
    name="delete_old_jobs", queue=HOUSEKEEPING, queueing_lock="delete_old_jobs", pass_context=True
)
async def delete_old_jobs(context: JobContext, timestamp: int) -> None:
    """Every hour: forget finished jobs after a week, periodic ones after an hour."""
    del timestamp
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=_WEEK, include_failed=True)
    await manager.delete_old_jobs(nb_hours=1, queue=HOUSEKEEPING, include_failed=True)


async def reconcile(clinic: Clinic) -> None:
    """Take up what nothing works on, and show staff what has waited five minutes or came to naught.

    That is: bookings and moves without a job, those that still wait, and times taken after all.
    """
    async with clinic.pool.connection() as conn, conn.transaction():
        lost = await conn.execute(
            """
            SELECT id, moves FROM booking
            WHERE state = 'held' AND confirmed_at < now() - interval '2 minutes'
              AND NOT EXISTS (SELECT FROM procrastinate_jobs
                              WHERE task_name = CASE WHEN moves IS NULL THEN %s ELSE %s END
                                AND status IN ('todo', 'doing')
                                AND (args ->> 'booking_id')::bigint = booking.id)
            FOR UPDATE SKIP LOCKED
            """,
            [insert_event.name, move_event.name],
        )
        for booking_id, moves in await lost.fetchall():
            requeue = job_queue.insert_event if moves is None else job_queue.move_event
            await requeue(conn, booking_id)
        waiting = await conn.execute(
            "SELECT coalesce(moves, id), moves FROM booking"
            " WHERE state = 'held' AND confirmed_at < now() - interval '5 minutes'"
        )
        for visit_id, moves in await waiting.fetchall():
            late = await booking(conn, visit_id)
            why = call_backs.NOT_IN_CALENDAR_YET if moves is None else call_backs.NOT_MOVED_YET
            await call_backs.ask(conn, late.call_sid, why, late.number, late.language)
        await call_back_lost_bookings(conn)
        await show_late(conn)
