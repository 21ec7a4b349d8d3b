"""The check tells of a database whose clock is off, and of jobs that nobody does."""

from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr

from voice.clock import utc_now
from voice.commands import check_database
from voice.commands.findings import Finding
from voice.settings import Settings

JOB = """
WITH job AS (
  INSERT INTO procrastinate_jobs (queue_name, task_name, status)
  VALUES ('default', 'calendar:insert_event', 'todo') RETURNING id)
UPDATE procrastinate_events SET at = now() - interval '3 hours' WHERE job_id = (SELECT id FROM job)
"""
LATER = """
INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)
VALUES ('texts', 'calendar:send_text', 'todo', now() + interval '1 day')
"""
OLDER = "UPDATE procrastinate_events SET at = now() - %s::interval"
WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)"


def found(dsn: str, about: str) -> Finding:
    """The finding about one thing."""
    settings = Settings().model_copy(update={"database_url": SecretStr(dsn)})
    return next(each for each in check_database.look(settings) if each.says.startswith(about))


def run(dsn: str, *statements: tuple[str, list[str]]) -> None:
    """Change the database."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        for sql, values in statements:
            conn.execute(sql.encode(), values)


@pytest.mark.parametrize(
    ("seconds", "state", "says"),
    [
        (0, "ok", "the same as the database's"),
        (10, "note", "the database's is 10 seconds behind this computer's; turn on time"),
        (-3700, "wrong", "the database's is 61 minutes ahead of this computer's"),
        (86400 * 3, "wrong", "3 days behind"),
    ],
)
def test_a_clock_that_is_off_is_told(
    migrated: str, monkeypatch: pytest.MonkeyPatch, seconds: int, state: str, says: str
) -> None:
    """Holds and jobs go by both clocks."""

    def ahead() -> datetime:
        return utc_now() + timedelta(seconds=seconds)

    monkeypatch.setattr(check_database, "utc_now", ahead)
    clock = found(migrated, "clock:")
    assert clock.state == state
    assert says in clock.says


async def test_a_worker_and_its_oldest_job_are_told(
    database: AsyncConnectionPool, migrated: str
) -> None:
    """A job that nobody does is wrong; no worker and no job is a line before its start."""
    del database
    nobody = found(migrated, "worker:")
    assert (nobody.state, nobody.says.partition(";")[0]) == ("note", "worker: none is up")
    run(migrated, (JOB, []), (OLDER, ["10 seconds"]))
    assert found(migrated, "worker:").state == "note"
    run(migrated, (OLDER, ["3 hours"]))
    late = found(migrated, "worker:")
    assert late.state == "wrong"
    assert "none is up, and 1 jobs are due, the oldest for 3 hours; start `scr" in late.says
    run(migrated, (WORKER, ["1 minute"]))
    assert found(migrated, "worker:") == late, "a worker that died a minute ago"
    run(migrated, (WORKER, ["1 second"]))
    busy = found(migrated, "worker:")
    assert busy.state == "wrong"
    assert (
        "one is up, but 1 jobs are due, the oldest for 3 hours; `screening-line jobs`" in busy.says
    )
    run(migrated, (LATER, []))
    assert found(migrated, "worker:") == busy, "a job for tomorrow is not due"
    run(migrated, ("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'", []))
    assert found(migrated, "worker:").state == "ok", "a job that waits for its time is not late"
