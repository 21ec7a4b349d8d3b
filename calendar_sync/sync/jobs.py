"""All of the calendar's jobs: `blueprint` is what the worker's app takes in.

Everything here may be killed anywhere and run again. No job that others wait for takes a `lock`: a
killed holder would block the very job that requeues it.
"""

import logging
from datetime import timedelta

from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from calendar_sync.bookings import call_backs, free_times
from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.booking_writes import release_expired
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.bookings.deadlines import OVERDUE_AFTER
from calendar_sync.bookings.settlement import call_back_lost_bookings, call_back_untold_callers
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import FIRST, HOUSEKEEPING, LATER
from calendar_sync.job_rows import count_heartbeats_from_now, delete_finished
from calendar_sync.sync import (
    daily_summary,
    insert,
    invitations,
    move,
    notify,
    rewrite,
    staff_jobs,
    video_links,
    waiting_times,
    watch_channels,
)
from calendar_sync.sync.blueprint import blueprint, clinic_of
from calendar_sync.sync.overdue import list_outdated_events, requeue_orphans

__all__ = ["TASK_MODULES", "blueprint"]

TASK_MODULES = (
    daily_summary,
    insert,
    invitations,
    move,
    notify,
    rewrite,
    staff_jobs,
    video_links,
    waiting_times,
    watch_channels,
)
"""Importing them declares their tasks on `blueprint`."""

log = logging.getLogger(__name__)

_DEAD_AFTER = 3  # seconds without a heartbeat after which a worker counts as dead


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="refresh_busy", queue=HOUSEKEEPING, queueing_lock="refresh_busy", pass_context=True
)
async def refresh_busy(context: JobContext, timestamp: int) -> None:
    """Every minute: read the busy times again."""
    del timestamp
    for read in await free_times.refresh_all(clinic_of(context)):
        log.warning("cannot read the busy times: %s", read.why)


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="release_expired_holds",
    queue=HOUSEKEEPING,
    queueing_lock="release_expired_holds",
    pass_context=True,
)
async def release_expired_holds(context: JobContext, timestamp: int) -> None:
    """Every minute: release holds whose lifetime is over."""
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


@blueprint.periodic(cron="* * * * *")
@blueprint.task(
    name="check_calls",
    queue=HOUSEKEEPING,
    queueing_lock="check_calls",
    priority=LATER,
    pass_context=True,
)
async def check_calls(context: JobContext, timestamp: int) -> None:
    """Every minute: look up at Twilio how calls ended whose end was not stored."""
    del timestamp
    await clinic_of(context).check_calls()


@blueprint.periodic(cron="* * * * * */2")
@blueprint.task(
    name="retry_stalled",
    queue=HOUSEKEEPING,
    queueing_lock="retry_stalled",
    priority=FIRST,
    pass_context=True,
)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Every two seconds: requeue the jobs of a killed worker; a caller may be waiting.

    A job that cannot be requeued does not keep the others waiting. One whose queueing lock a newer
    job has, as each periodic one does after a minute, is finished: the newer one does its work.
    A heartbeat from the future, after the clock was set back, counts from now on.
    """
    del timestamp
    manager = context.app.job_manager
    async with clinic_of(context).pool.connection() as conn:
        await count_heartbeats_from_now(conn)
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_DEAD_AFTER):
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            await manager.finish_job(job, Status.FAILED, delete_job=True)
        except ConnectorException:
            log.warning("could not requeue stalled job %s (%s)", job.id, job.task_name)


@blueprint.periodic(cron="7 * * * *")
@blueprint.task(
    name="delete_old_jobs", queue=HOUSEKEEPING, queueing_lock="delete_old_jobs", pass_context=True
)
async def delete_old_jobs(context: JobContext, timestamp: int) -> None:
    """Every hour: delete finished jobs after a week, periodic ones after an hour."""
    del timestamp
    async with clinic_of(context).pool.connection() as conn:
        await delete_finished(conn, timedelta(weeks=1), housekeeping=False)
        await delete_finished(conn, timedelta(hours=1), housekeeping=True)


@blueprint.periodic(cron="23 * * * *")
@blueprint.task(
    name="delete_old_data",
    queue=HOUSEKEEPING,
    queueing_lock="delete_old_data",
    priority=LATER,
    pass_context=True,
)
async def delete_old_data(context: JobContext, timestamp: int) -> None:
    """Every hour: delete what is stored about people for longer than the settings say."""
    del timestamp
    await clinic_of(context).delete_old_data()


async def reconcile(clinic: Clinic) -> None:
    """Requeue orphaned bookings; list for staff what is overdue, and whom to tell what."""
    async with clinic.pool.connection() as conn, conn.transaction():
        await requeue_orphans(conn)
        waiting = await conn.execute(
            "SELECT coalesce(moves, id), moves IS NOT NULL FROM booking"
            " WHERE state = 'held' AND confirmed_at < now() - %s",
            [OVERDUE_AFTER],
        )
        for visit_id, is_move in await waiting.fetchall():
            reason = Reason.NOT_MOVED_YET if is_move else Reason.NOT_IN_CALENDAR_YET
            await call_backs.request(conn, await booking(conn, visit_id), reason)
        await call_back_lost_bookings(conn)
        await call_back_untold_callers(conn)
        await list_outdated_events(conn)
