"""Jobs and texts that wait or failed, as the command `jobs` shows them and retries them."""

from datetime import datetime

from psycopg import AsyncConnection

from calendar_sync.job_queue import HOUSEKEEPING, TEXTS
from voice import phone_numbers, read_log
from voice.clock import utc_now
from voice.commands.call_back_list import connected
from voice.settings import Settings
from voice.texts import outbox
from voice.texts.send_results import alarm_words
from voice.texts.twilio_errors import TOO_MANY, meaning_of

TASKS = {
    "insert_event": "put a visit into the calendar",
    "withdraw_event": "take a visit out of the calendar",
    "rewrite_event": "update the text of an event",
    "pick_up_link": "fetch a video link",
    "look_at_event": "read an event that changed",
    "move_event": "move a visit for its patient",
    "invite": "update a patient's invitation",
    "tell_patient": "tell a patient by text",
}
"""Every job that is not housekeeping, as staff read it; texts are listed one by one."""
_STATES = {"todo": "waiting", "doing": "running", "failed": "failed"}
_TEXTS = {"owed": "waiting", "sending": "sending", "failed": "failed"}
_JOBS = """
SELECT status::text, split_part(task_name, ':', 2), count(*), max(attempts), min(scheduled_at)
FROM procrastinate_jobs
WHERE status IN ('todo', 'doing', 'failed') AND queue_name <> ALL (%s)
GROUP BY 1, 2 ORDER BY 1 DESC, 2
"""
_WORK = """
SELECT state, kind, number, greatest(due, not_before), error, id FROM text
WHERE state IN ('owed', 'sending') OR state = 'failed' AND about > %s ORDER BY 4, id
"""


async def lines(settings: Settings) -> list[str]:
    """One line per kind of job and one per text; clinic time, masked numbers."""
    async with connected(settings) as conn:
        texts = await _texts(conn, settings)
        found = await _jobs(conn, settings) + texts
        if texts:
            await read_log.record(conn, "jobs", len(texts))
        alarms = await (await conn.execute("SELECT code FROM text_alarm ORDER BY code")).fetchall()
    found += [f"{'alarm':<8} {alarm_words(code)}" for (code,) in alarms]
    return found or ["Nothing is waiting, and nothing failed."]


async def retry(settings: Settings) -> list[str]:
    """Retry now whatever failed or waits for its next attempt; what was done, to print."""
    async with connected(settings) as conn, conn.transaction():
        late = await conn.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = now()"
            " WHERE status = 'todo' AND scheduled_at > now() AND attempts > 0"
            " AND queue_name <> %s",
            [HOUSEKEEPING],
        )
        jobs = await conn.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)"
            " FROM procrastinate_jobs WHERE status = 'failed' AND queue_name <> %s",
            [HOUSEKEEPING],
        )
        texts = await outbox.retry_all(conn, utc_now())
        count = jobs.rowcount + late.rowcount
        return [f"To be retried within a minute: {count} jobs, {texts} texts."]


async def _jobs(conn: AsyncConnection, settings: Settings) -> list[str]:
    rows = await conn.execute(_JOBS, [[HOUSEKEEPING, TEXTS]])
    found: list[str] = []
    for status, task, count, attempts, since in await rows.fetchall():
        what = TASKS.get(task, task)
        tries = f", tried {attempts} times" if attempts else ""
        due = f", due {_when(since, settings)}" if since else ""
        found.append(f"{_STATES[status]:<8} {count} x {what}{tries}{due}")
    return found


async def _texts(conn: AsyncConnection, settings: Settings) -> list[str]:
    rows = await conn.execute(_WORK, [utc_now()])
    found: list[str] = []
    for state, kind, number, due, error, _ in await rows.fetchall():
        why = f" ({meaning_of(error).words if error else TOO_MANY})" if state == "failed" else ""
        line = f'{_TEXTS[state]:<8} text "{kind}" to {phone_numbers.masked(number)}'
        found.append(f"{line}, {_when(due, settings)}{why}")
    return found


def _when(at: datetime, settings: Settings) -> str:
    return at.astimezone(settings.zone).strftime("%a %b %d %H:%M")
