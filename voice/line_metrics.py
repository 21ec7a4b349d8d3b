"""Prometheus gauges of the line that are read from its database: calls, texts, call-backs, jobs.

Every process would read the same, so the one that is asked reads them, for all. They are counts of
a period that ends now, without a label about a person. Answers to safety questions are counted over
whole days that are past, so that no change of a figure can be matched with a call in the log.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import psycopg
import structlog
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from calendar_sync.job_queue import HOUSEKEEPING
from voice.alerts.measures import Measures, free_share, measure
from voice.background import within
from voice.bootstrap import Line
from voice.clock import utc_now
from voice.figures import STOPPED, Figures, figures, safety_answers

log = structlog.get_logger(__name__)

FRESH_SECONDS = 60.0
"""An answer is given again for this long, so that asking often costs the callers nothing."""
_AFTER_FAILURE = 5.0
_LONGEST_SECONDS = 5.0
"""Prometheus waits 10 seconds for everything."""
DAY, WEEK = timedelta(days=1), timedelta(days=7)
_JOBS = """
SELECT split_part(task_name, ':', 2), status::text, count(*),
  extract(epoch FROM now() - min(since) FILTER (WHERE since <= now()))::float
FROM procrastinate_jobs AS job, LATERAL (
  SELECT CASE WHEN attempts = 0 THEN coalesce(scheduled_at, min(at))
         ELSE min(at) FILTER (WHERE type = 'started') END AS since
  FROM procrastinate_events WHERE job_id = job.id) AS event
WHERE status IN ('todo', 'doing', 'failed') AND queue_name <> %s
GROUP BY 1, 2
"""


Labels = TypeVar("Labels", bound=tuple[str, ...])


class _Job(NamedTuple):
    """Jobs of one task and status; `oldest` is how many seconds ago the first should have run."""

    task: str
    status: str
    number: int
    oldest: float | None


class LineMetrics:
    """Reads the gauges of one line, at most once a minute."""

    def __init__(self, line: Line) -> None:
        self._line, self._turn = line, asyncio.Lock()
        self._read: Sequence[Metric] = ()
        self._until = float("-inf")

    async def read(self) -> Sequence[Metric]:
        """The gauges; without the database only that it does not answer."""
        async with self._turn:
            if time.monotonic() >= self._until:
                try:
                    self._read = await within(_LONGEST_SECONDS, _read(self._line))
                    fresh = FRESH_SECONDS
                except (psycopg.Error, PoolTimeout, TimeoutError):
                    self._read, fresh = [_database(is_up=False), *_disk(self._line)], _AFTER_FAILURE
                self._until = time.monotonic() + fresh
            return self._read


async def _read(line: Line) -> list[Metric]:
    found = [_database(is_up=True), *_of_measures(await measure(line.clinic)), *_disk(line)]
    try:
        return found + await _counted(line)
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        # Such as while many calls are counted on a slow disk: the database is up all the same.
        log.warning("counting calls took too long; /metrics leaves them out for a minute")
        return found


async def _counted(line: Line) -> list[Metric]:
    # Calls are dated by the database's clock, which a demo does not move.
    now = utc_now()
    today = now.astimezone(line.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    async with line.pool.connection() as conn:
        day = await figures(conn, now - DAY, now)
        stops, flags = await safety_answers(conn, today - WEEK, today)
        jobs = await _jobs(conn)
        coming = await _coming(conn, line.now())
    return [
        *_of_calls(day),
        _gauge(
            "safety_answers_last_week",
            "Calls stopped or flagged at a safety question, in the seven days before today.",
            ("question", "result"),
            {(name, "stopped"): n for name, n in stops.items()}
            | {(name, "flagged"): n for name, n in flags.items()},
        ),
        _gauge("coming_visits", "Booked visits to come.", (), {(): coming}),
        *_of_jobs(jobs),
    ]


def _of_calls(day: Figures) -> list[Metric]:
    ended = Counter[tuple[str, ...]]()
    for (ending, stage), count in day.ended.items():
        ended[_ending(ending), stage] += count
    return [
        _gauge(
            "calls_last_day",
            "Calls of the last 24 hours by how they ended and the last stage they reached.",
            ("ending", "stage"),
            ended,
        ),
        _gauge(
            "calls_reaching_last_day",
            "Calls of the last 24 hours that reached a stage; each includes those after it.",
            ("stage",),
            {(stage,): count for stage, count in day.funnel.items()},
        ),
        _gauge(
            "texts_last_day",
            "Texts planned in the last 24 hours, by what became of them.",
            ("state",),
            {(state,): count for state, count in day.texts.items()},
        ),
    ]


def _ending(words: str) -> str:
    """Every call that staff call back is one kind, so that none of them shows a safety answer."""
    is_call_back = words == STOPPED or words.startswith(("call-back", "stopped"))
    return "call-back" if is_call_back else words


def _of_measures(now: Measures) -> list[Metric]:
    call_backs = {("waiting",): now.people, ("overdue",): now.overdue, ("unseen",): now.unseen}
    return [
        _gauge("worker_up", "1 while a worker runs.", (), {(): now.worker_is_up}),
        _gauge(
            "busy_times_age_seconds",
            "Age of the busy times that were read longest ago.",
            (),
            {(): now.unread.total_seconds()},
        ),
        _gauge(
            "call_backs",
            "Open call-backs: people waiting, those overdue, requests unseen for 30 open minutes.",
            ("state",),
            call_backs,
        ),
        _gauge("texts_failed_last_hour", "Texts that failed.", (), {(): now.failed_texts}),
        _gauge("text_alarms", "Set-up errors of texts at Twilio.", (), {(): now.text_alarms}),
    ]


def _of_jobs(jobs: Sequence[_Job]) -> list[Metric]:
    oldest = {(job.task,): job.oldest for job in jobs if job.status == "todo" and job.oldest}
    return [
        _gauge(
            "jobs",
            "Jobs that wait (todo), run (doing) or were given up (failed), by task.",
            ("task", "status"),
            {(job.task, job.status): job.number for job in jobs},
        ),
        _gauge(
            "oldest_job_seconds", "How long the longest waiting job is late.", ("task",), oldest
        ),
    ]


def _database(*, is_up: bool) -> Metric:
    return _gauge("database_up", "1 while the database answers.", (), {(): is_up})


def _disk(line: Line) -> list[Metric]:
    """Of the disk under the embedded database; another one has its own monitoring."""
    settings = line.settings
    folder: Path | None = None if settings.database_url.get_secret_value() else settings.data_dir
    share = None if folder is None else free_share(folder)
    if share is None:
        return []
    words = "Free share of the embedded database's disk."
    return [_gauge("disk_free_ratio", words, (), {(): share})]


async def _jobs(conn: AsyncConnection) -> list[_Job]:
    rows = await conn.execute(_JOBS, [HOUSEKEEPING])
    return [_Job(*row) for row in await rows.fetchall()]


async def _coming(conn: AsyncConnection, now: datetime) -> int:
    rows = await conn.execute(
        "SELECT count(*) FROM booking WHERE state = 'booked' AND lower(during) > %s", [now]
    )
    [count] = await rows.fetchone() or (0,)
    return int(count)


def _gauge(name: str, words: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Metric:
    gauge = GaugeMetricFamily(f"screening_line_{name}", words, labels=labels)
    for named, value in values.items():
        gauge.add_metric(named, value)
    return gauge
