"""Looks at the rows of queued jobs and deletes them; `job_queue` is what queues jobs."""

from collections.abc import Sequence
from datetime import timedelta

from psycopg import AsyncConnection

from calendar_sync.job_queue import HOUSEKEEPING, full_name


async def delete_jobs(
    conn: AsyncConnection, booking_ids: Sequence[int], text_ids: Sequence[int]
) -> int:
    """Delete the jobs for these bookings and texts, except running ones; how many that were."""
    deleted = await conn.execute(
        "DELETE FROM procrastinate_jobs WHERE status <> 'doing' AND "
        "((args ->> 'booking_id')::bigint = ANY (%s) OR (args ->> 'text_id')::bigint = ANY (%s))",
        [list(booking_ids), list(text_ids)],
    )
    return deleted.rowcount


async def delete_finished(conn: AsyncConnection, after: timedelta, *, housekeeping: bool) -> int:
    """Delete jobs that ended longer ago than `after`, of the queue `HOUSEKEEPING` or of the others.

    At most 10,000, the oldest first; how many that were. The library's own function sorts all
    events of all jobs, which takes ten seconds for a million jobs.
    """
    whose = "queue_name = %(queue)s" if housekeeping else "queue_name <> %(queue)s"
    deleted = await conn.execute(
        f"""
        DELETE FROM procrastinate_jobs WHERE id IN (
          SELECT id FROM (
            SELECT id FROM procrastinate_jobs
            WHERE status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND {whose}
            ORDER BY id LIMIT 10000) AS oldest
          WHERE NOT EXISTS (
            SELECT FROM procrastinate_events WHERE job_id = oldest.id AND at > now() - %(after)s))
        """,  # noqa: S608  # two constants
        {"queue": HOUSEKEEPING, "after": after},
    )
    return deleted.rowcount


async def count_heartbeats_from_now(conn: AsyncConnection) -> None:
    """Date heartbeats from the future now, so that a worker that died before then counts as dead.

    There are some after the clock was set back.
    """
    await conn.execute(
        "UPDATE procrastinate_workers SET last_heartbeat = now()"
        " WHERE last_heartbeat > now() + interval '10 seconds'"
    )


async def are_running(
    conn: AsyncConnection, booking_ids: Sequence[int], text_ids: Sequence[int]
) -> bool:
    """Whether a live worker runs a job for one of these, or `follow_staff`, which is for all.

    A worker without a heartbeat for ten seconds is dead, and its jobs do nothing any more.
    """
    rows = await conn.execute(
        """
        SELECT FROM procrastinate_jobs AS job
        JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
        WHERE job.status = 'doing' AND worker.last_heartbeat > now() - interval '10 seconds'
          AND ((args ->> 'booking_id')::bigint = ANY (%s)
               OR (args ->> 'text_id')::bigint = ANY (%s) OR task_name = %s)
        LIMIT 1
        """,
        [list(booking_ids), list(text_ids), full_name("follow_staff")],
    )
    return await rows.fetchone() is not None
