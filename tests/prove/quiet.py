"""The quiet time after a run: until every queue is empty and every periodic job has run since.

The bound follows from the settings: it is given up only when nothing was done for longer than a
dead worker, two polls, and the longest job take together.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prove.databases import Database

from voice.worker import STALLED, jobs

_ROUNDS = 2
"""How often each periodic job has to succeed: the first run of one may have begun before, or make
work for another, such as a call-back that has to be shown."""
_ONE_JOB = 30.0
"""Seconds that one job may take: all its requests to Google or Twilio hang until their limits."""
_OPEN = """
SELECT task_name AS what, count(*)::int AS times FROM procrastinate_jobs
WHERE queue_name <> 'housekeeping'
  AND (status = 'doing' OR status = 'todo'
       AND coalesce(scheduled_at, now()) <= now() + interval '2 seconds')
GROUP BY task_name
UNION ALL
SELECT 'calls without an end', count(*)::int FROM call
WHERE ended_at IS NULL AND began_at < now() - interval '2 minutes' HAVING count(*) > 0
"""
"""What is still to be done: due jobs (later retries are due after a clock jump), and calls whose
end is not stored, which are looked up in batches CALL_CHECK_MINUTES after they began."""
_ENDED = "SELECT count(*)::int AS times FROM call WHERE ended_at IS NOT NULL"
_RAN = """
SELECT task_name AS what, count(*)::int AS times FROM procrastinate_jobs
WHERE queue_name = 'housekeeping' AND id > {after} AND status = 'succeeded' GROUP BY task_name
"""


async def until_quiet(database: Database, poll: int, busy: Callable[[], bool]) -> dict[str, int]:
    """What is left when it was given up, by name; {} when all is quiet.

    `busy`: something outside the line still goes on, such as delivery reports.
    """
    # The second time begins with the queue empty: periodic jobs follow what its last jobs stored.
    # Not after each job: some periodic jobs queue others in every run.
    left = await _until_ran(database, poll, busy)
    return left or await _until_ran(database, poll, busy)


async def _until_ran(database: Database, poll: int, busy: Callable[[], bool]) -> dict[str, int]:
    """Until nothing is left to do and each periodic job has run since the beginning."""
    [first] = database.rows("SELECT coalesce(max(id), 0) AS id FROM procrastinate_jobs")
    patience = _ONE_JOB + STALLED + 2 * poll
    least, most, progress = sys.maxsize, 0, time.monotonic()
    while True:
        left = _counted(await asyncio.to_thread(database.rows, _OPEN))
        ran = _counted(await asyncio.to_thread(database.rows, _RAN.format(after=first["id"])))
        left |= {name: n for name in _periodic() if (n := _ROUNDS - ran.get(name, 0)) > 0}
        left |= {"outside": 1} if busy() else {}
        if not left or time.monotonic() - progress > patience:
            return left
        # More calls are due to be looked up each second, so that alone can leave as many.
        [ended] = await asyncio.to_thread(database.rows, _ENDED)
        if sum(left.values()) < least or ended["times"] > most:
            least, progress = min(least, sum(left.values())), time.monotonic()
            most = ended["times"]
        await asyncio.sleep(0.2)


def _counted(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {str(row["what"]): int(row["times"]) for row in rows}


def _periodic() -> list[str]:
    """The names of what runs every minute."""
    every = jobs.periodic_registry.periodic_tasks.values()
    return [each.task.name for each in every if each.cron == "* * * * *"]
