"""Defers jobs by name, in the caller's transaction: visible to workers only once it commits.

Each function defers the task of the same name, or the one that its docstring names. The tasks are
in `calendar_sync.sync`, and this module does not import them: code that needs a job done does not
depend on what the job does. Task names are permanent; a job that waits across a deploy must still
find its task.
"""

import time
from collections.abc import Mapping
from typing import LiteralString, TypedDict, Unpack

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

NAMESPACE = "calendar"

HOUSEKEEPING = "housekeeping"
"""The queue of periodic jobs. Their rows are deleted after an hour, see `sync.jobs`."""

TEXTS = "texts"
"""The queue of texts, which has workers of its own: a Twilio that hangs delays no booking."""

SEND_TEXT = f"{NAMESPACE}:send_text"

FIRST, LATER = 10, -10
"""Priorities: what a caller on the line waits for, and what nobody waits for. The default is 0."""


class _Options(TypedDict, total=False):
    queue: str
    priority: int
    lock: str | None
    queueing_lock: str | None
    delay: int
    """Seconds until the job is due."""


_DEFAULTS = _Options(queue="default", priority=0, lock=None, queueing_lock=None, delay=0)
# procrastinate's Python API calls the same function, at twice the cost.
_DEFER: LiteralString = """
SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
    %(queue)s, %(task)s, %(priority)s, %(lock)s, %(queueing_lock)s, %(args)s,
    now() + make_interval(secs => nullif(%(delay)s, 0)))::procrastinate_job_to_defer_v1])
"""
# The lock keeps a worker from beginning the job that waits before this transaction commits, so it
# reads what this transaction has written, and ten saves in a second are one job.
_DEFER_UNLESS_WAITING: LiteralString = (
    _DEFER
    + """
WHERE NOT EXISTS (
    SELECT FROM procrastinate_jobs WHERE task_name = %(task)s AND status = 'todo'
      AND args->>'booking_id' = %(args)s->>'booking_id' LIMIT 1 FOR UPDATE)
"""
)


async def insert_event(conn: AsyncConnection, booking_id: int) -> None:
    """Insert the event of a confirmed booking; a caller may be waiting for it."""
    await _defer(conn, "insert_event", _of(booking_id), priority=FIRST)


async def withdraw_event(conn: AsyncConnection, booking_id: int, *, delay_seconds: int = 0) -> None:
    """Cancel the event that a released or cancelled booking left in the calendar."""
    await _defer(conn, "withdraw_event", _of(booking_id), delay=delay_seconds)


async def move_event(conn: AsyncConnection, booking_id: int) -> None:
    """Move a visit's event to the time held for it; `booking_id` is the held booking."""
    await _defer(conn, "move_event", _of(booking_id))


async def rewrite_event(conn: AsyncConnection, booking_id: int) -> None:
    """Update the text of the booking's event; a job that waits already does it too."""
    await _defer(conn, "rewrite_event", _of(booking_id), _DEFER_UNLESS_WAITING)


async def pick_up_link(conn: AsyncConnection, booking_id: int) -> None:
    """Store the video link that the calendar makes for the event; a job that waits does it too."""
    await _defer(conn, "pick_up_link", _of(booking_id), _DEFER_UNLESS_WAITING)


async def look_at_event(conn: AsyncConnection, booking_id: int, *, delay_seconds: int = 0) -> None:
    """Compare the booking's event with the booking, and check its time for overlaps."""
    await _defer(conn, "look_at_event", _of(booking_id), delay=delay_seconds)


async def update_invitation(conn: AsyncConnection, booking_id: int) -> None:
    """Make the patient's invitation match the booking; task `invite`.

    One at a time for each booking: an earlier job must not undo what a later one has done. A job
    that waits already does it too.
    """
    lock = f"invitation {booking_id}"
    await _defer(conn, "invite", _of(booking_id), _DEFER_UNLESS_WAITING, lock=lock)


async def notify_patient(conn: AsyncConnection, booking_id: int) -> None:
    """Text the patient what is new about the booking; task `tell_patient`.

    The text follows from the booking as it is when the job runs, so a job that runs twice, late or
    after the next change says nothing false.
    """
    await _defer(conn, "tell_patient", _of(booking_id))


async def send_text(
    conn: AsyncConnection, text_id: int, *, delay_seconds: int = 0, urgent: bool = True
) -> None:
    """Send a text; those that are not `urgent`, such as reminders, let the others go first."""
    await _defer(
        conn,
        "send_text",
        {"text_id": text_id},
        queue=TEXTS,
        priority=0 if urgent else LATER,
        delay=delay_seconds,
    )


async def check_delivery(conn: AsyncConnection, text_id: int, *, delay_seconds: int = 0) -> None:
    """Ask what became of a text, in case the report of it was lost."""
    await _defer(
        conn,
        "check_delivery",
        {"text_id": text_id},
        queue=TEXTS,
        priority=LATER,
        delay=delay_seconds,
    )


async def follow_staff(conn: AsyncConnection) -> None:
    """Read what staff changed in the calendar, without waiting for the next full minute.

    Does nothing while such a job is already queued.
    """
    await _defer_once(conn, "follow_staff", {"timestamp": int(time.time())})


async def offer_open_times(conn: AsyncConnection) -> None:
    """Offer times that have opened to those who wait; nothing while that is queued already."""
    await _defer_once(conn, "offer_open_times", {})


def full_name(task: str) -> str:
    """The task's name as the queue stores it."""
    return f"{NAMESPACE}:{task}"


async def _defer(
    conn: AsyncConnection,
    name: str,
    args: Mapping[str, int],
    statement: LiteralString = _DEFER,
    **options: Unpack[_Options],
) -> None:
    own = {"task": full_name(name), "args": Jsonb(dict(args))}
    await conn.execute(statement, {**_DEFAULTS, **options, **own})


async def _defer_once(conn: AsyncConnection, name: str, args: Mapping[str, int]) -> None:
    """Defer a job of housekeeping, unless one of its name waits already."""
    try:
        async with conn.transaction():
            await _defer(conn, name, args, queue=HOUSEKEEPING, queueing_lock=name)
    except UniqueViolation:
        return


def _of(booking_id: int) -> dict[str, int]:
    return {"booking_id": booking_id}
