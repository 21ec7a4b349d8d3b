"""Defers jobs by name, in the caller's transaction: visible to workers only once it commits.

Each function defers the task of the same name, or the one that its docstring names. The tasks are
in `calendar_sync.sync`, and this module does not import them: code that needs a job done does not
depend on what the job does. Task names are permanent; a job that waits across a deploy must still
find its task.
"""

import time
from typing import Unpack

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import ConfigureTaskOptions
from procrastinate.types import JSONDict, TimeDeltaParams
from psycopg import AsyncConnection

NAMESPACE = "calendar"

HOUSEKEEPING = "housekeeping"
"""The queue of periodic jobs. Their rows are deleted after an hour, see `sync.jobs`."""

TEXTS = "texts"
"""The queue of texts, which has workers of its own: a Twilio that hangs delays no booking."""

SEND_TEXT = f"{NAMESPACE}:send_text"

FIRST, LATER = 10, -10
"""Priorities: what a caller on the line waits for, and what nobody waits for. The default is 0."""

_queue = App(connector=PsycopgConnector())
"""Never opened: it only writes job rows over the connections it is given."""


async def insert_event(conn: AsyncConnection, booking_id: int) -> None:
    """Insert the event of a confirmed booking; a caller may be waiting for it."""
    await _defer(conn, "insert_event", priority=FIRST, task_kwargs=_of(booking_id))


async def withdraw_event(conn: AsyncConnection, booking_id: int, *, delay_seconds: int = 0) -> None:
    """Cancel the event that a released or cancelled booking left in the calendar."""
    await _defer(
        conn,
        "withdraw_event",
        task_kwargs=_of(booking_id),
        schedule_in=_delay(delay_seconds),
    )


async def move_event(conn: AsyncConnection, booking_id: int) -> None:
    """Move a visit's event to the time held for it; `booking_id` is the held booking."""
    await _defer(conn, "move_event", task_kwargs=_of(booking_id))


async def rewrite_event(conn: AsyncConnection, booking_id: int) -> None:
    """Update the text of the booking's event; a job that waits already does it too."""
    if not await _waits(conn, "rewrite_event", booking_id):
        await _defer(conn, "rewrite_event", task_kwargs=_of(booking_id))


async def pick_up_link(conn: AsyncConnection, booking_id: int, *, delay_seconds: int = 0) -> None:
    """Store the video link that the calendar makes for the booking's event."""
    await _defer(
        conn,
        "pick_up_link",
        task_kwargs=_of(booking_id),
        schedule_in=_delay(delay_seconds),
    )


async def look_at_event(conn: AsyncConnection, booking_id: int, *, delay_seconds: int = 0) -> None:
    """Compare the booking's event with the booking, and check its time for overlaps."""
    await _defer(
        conn,
        "look_at_event",
        task_kwargs=_of(booking_id),
        schedule_in=_delay(delay_seconds),
    )


async def update_invitation(conn: AsyncConnection, booking_id: int) -> None:
    """Make the patient's invitation match the booking; task `invite`.

    One at a time for each booking: an earlier job must not undo what a later one has done. A job
    that waits already does it too.
    """
    if await _waits(conn, "invite", booking_id):
        return
    await _defer(conn, "invite", lock=f"invitation {booking_id}", task_kwargs=_of(booking_id))


async def notify_patient(conn: AsyncConnection, booking_id: int) -> None:
    """Text the patient what is new about the booking; task `tell_patient`.

    The text follows from the booking as it is when the job runs, so a job that runs twice, late or
    after the next change says nothing false.
    """
    await _defer(conn, "tell_patient", task_kwargs=_of(booking_id))


async def send_text(
    conn: AsyncConnection, text_id: int, *, delay_seconds: int = 0, urgent: bool = True
) -> None:
    """Send a text; those that are not `urgent`, such as reminders, let the others go first."""
    await _defer(
        conn,
        "send_text",
        task_kwargs={"text_id": text_id},
        queue=TEXTS,
        priority=0 if urgent else LATER,
        schedule_in=_delay(delay_seconds),
    )


async def check_delivery(conn: AsyncConnection, text_id: int, *, delay_seconds: int = 0) -> None:
    """Ask what became of a text, in case the report of it was lost."""
    await _defer(
        conn,
        "check_delivery",
        task_kwargs={"text_id": text_id},
        queue=TEXTS,
        priority=LATER,
        schedule_in=_delay(delay_seconds),
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


async def _waits(conn: AsyncConnection, name: str, booking_id: int) -> bool:
    """Whether such a job waits, locked: no worker begins it before this transaction commits.

    So it reads what this transaction has written, and ten saves in a second are one job.
    """
    rows = await conn.execute(
        "SELECT id FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'"
        " AND args->>'booking_id' = %s LIMIT 1 FOR UPDATE",
        [full_name(name), str(booking_id)],
    )
    return await rows.fetchone() is not None


async def _defer(conn: AsyncConnection, name: str, **options: Unpack[ConfigureTaskOptions]) -> None:
    options["connection"] = conn
    await _queue.configure_task(full_name(name), **options).defer_async()


async def _defer_once(conn: AsyncConnection, name: str, task_kwargs: JSONDict) -> None:
    """Defer a job of housekeeping, unless one of its name waits already."""
    try:
        async with conn.transaction():
            await _defer(
                conn, name, task_kwargs=task_kwargs, queue=HOUSEKEEPING, queueing_lock=name
            )
    except AlreadyEnqueued:
        return


def _of(booking_id: int) -> JSONDict:
    return {"booking_id": booking_id}


def _delay(seconds: int) -> TimeDeltaParams | None:
    return {"seconds": seconds} if seconds else None
