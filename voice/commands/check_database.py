"""What `screening-line check` finds in the database: itself, its tables, its clock, its workers."""

from datetime import timedelta

import psycopg

from voice.clock import utc_now
from voice.commands import check_clinicians
from voice.commands.findings import Finding
from voice.database import connection
from voice.database.data_key import DataKeyError, field_cipher, require_fitting_key
from voice.database.embedded import Engine
from voice.database.migrations import newest
from voice.database.session_needs import REMEDY, missing_session_needs
from voice.errors import DatabaseError
from voice.settings import Settings

_CLOCKS_NOTE, _CLOCKS_WRONG = timedelta(seconds=2), timedelta(seconds=30)
"""Jobs and holds go by both clocks; a hold lasts minutes, a caller waits seconds for a job."""
_LATE = timedelta(minutes=1)
"""How long a job that is due may wait while a worker is up; it takes seconds."""
_WORK = """
SELECT
  EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds'),
  count(*),
  coalesce(now() - min(coalesce(job.scheduled_at, event.at)), interval '0')
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
WHERE job.status = 'todo' AND coalesce(job.scheduled_at <= now(), true)
"""


def look(settings: Settings) -> list[Finding]:
    """Look at the database in the settings; the embedded one is started for it if need be."""
    if dsn := settings.database_url.get_secret_value():
        return _state_of(settings, dsn) + _session(dsn)
    try:
        engine = Engine(settings.data_dir)
        if not engine.cluster.exists():
            says = f"database: the first start creates it in {engine.data_dir}"
            return [Finding("note", says)]
        try:
            engine.start()
            if not connection.exists(engine.dsn("postgres"), Settings.database_name):
                return [Finding("note", "database: it runs; the first start creates the tables")]
            return _state_of(settings, engine.dsn(Settings.database_name))
        finally:
            engine.stop()
    except DatabaseError as error:
        return [Finding("wrong", f"database: {error}")]


def _state_of(settings: Settings, dsn: str) -> list[Finding]:
    """Whether it answers, is durable, keeps time, has the newest tables, and a worker."""
    try:
        off = connection.settings_off(dsn)
        version = connection.migrated_to(dsn)
        found = [Finding("ok", "database: answers, and commits are durable"), _clock(dsn)]
        if off:
            says = f"database: {', '.join(off)} is off; turn it on in its configuration"
            found[0] = Finding("wrong", says)
        if version != newest():
            migrates = f"the next start migrates them to {newest()}"
            return [*found, Finding("note", f"tables: version {version or 'none'}; {migrates}")]
        found += [Finding("ok", f"tables: version {version}"), _data_key(settings, dsn), _work(dsn)]
        return [*found, *check_clinicians.visits(settings, dsn)]
    except DatabaseError as error:
        return [Finding("wrong", f"database: {error}")]


def _data_key(settings: Settings, dsn: str) -> Finding:
    """Whether what is about patients is encrypted, and the key fits. Raises DatabaseError."""
    try:
        cipher = field_cipher(settings)
        require_fitting_key(dsn, cipher)
    except DataKeyError as error:
        return Finding("wrong", f"data key: {error}")
    except psycopg.OperationalError as error:
        raise connection.no_answer(error) from error
    if cipher is not None:
        return Finding("ok", "data key: numbers, names, emails and answers are encrypted")
    if settings.is_demo:
        return Finding("ok", "data key: a demo needs none")
    remedy = "stop the line, set DATA_KEY_FILE, run `screening-line encrypt --new-key`"
    says = "data key: none is set, so whoever has the disk can read numbers and answers"
    return Finding("wrong", f"{says}; {remedy}")


def _clock(dsn: str) -> Finding:
    """How far the database's clock is from this computer's. Raises DatabaseError."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            before = utc_now()
            row = conn.execute("SELECT clock_timestamp()").fetchone()
            after = utc_now()
    except psycopg.OperationalError as error:
        raise connection.no_answer(error) from error
    off = timedelta(0) if row is None else row[0] - (before + (after - before) / 2)
    if abs(off) <= _CLOCKS_NOTE:
        return Finding("ok", "clock: the same as the database's")
    ahead = "ahead of" if off > timedelta(0) else "behind"
    says = f"clock: the database's is {_length(abs(off))} {ahead} this computer's"
    remedy = "turn on time synchronization on both, such as with `timedatectl set-ntp true`"
    return Finding("wrong" if abs(off) > _CLOCKS_WRONG else "note", f"{says}; {remedy}")


def _work(dsn: str) -> Finding:
    """Whether a worker is up, and how long the oldest job has been due. Raises DatabaseError."""
    try:
        with psycopg.connect(dsn, connect_timeout=5) as conn:
            row = conn.execute(_WORK).fetchone()
    except psycopg.OperationalError as error:
        raise connection.no_answer(error) from error
    is_up, due, waited = row or (False, 0, timedelta(0))
    if is_up and waited < _LATE:
        return Finding("ok", "worker: one is up, and no job is late")
    late = f"{due} jobs are due, the oldest for {_length(waited)}"
    if is_up:
        says = f"worker: one is up, but {late}; `screening-line jobs` names them"
        return Finding("wrong", f"{says}, and its log says why")
    start = "start `screening-line serve`, or `screening-line worker`"
    if waited < _LATE:
        return Finding("note", f"worker: none is up; {start}")
    return Finding("wrong", f"worker: none is up, and {late}; {start}")


def _session(dsn: str) -> list[Finding]:
    try:
        missing = missing_session_needs(dsn)
    except DatabaseError:
        return []  # the line before says so
    if not missing:
        return []
    lacks = " and ".join(missing)
    says = f"database: it is reached through a pooler in transaction mode: {lacks} do not work"
    return [Finding("wrong", f"{says}. {REMEDY}")]


def _length(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
