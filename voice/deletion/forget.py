"""Deletes one person everywhere: at the calendars, at Twilio, and last in our database.

Each step can be repeated, and the rows, which say what there is to delete elsewhere, go only after
everything else is gone. So whatever fails or is killed, the same command continues later.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected, LockNotAvailable

from calendar_sync import job_rows
from calendar_sync.bookings import deletion
from calendar_sync.bookings.silent_cancel import cancel_silently
from calendar_sync.clinic import Clinic
from calendar_sync.sync.removal import event_ids, remove_events
from calendar_sync.waiting import entries
from voice import limits
from voice.deletion import bookings, calls
from voice.deletion.person import Person, coming_visits, find, is_on_the_line
from voice.deletion.twilio_records import delete_records
from voice.former_calendars import former_calendars
from voice.settings import Settings
from voice.texts import demo_sender, opt_outs, outbox, reply_deletion
from voice.texts.twilio_errors import OPTED_OUT
from voice.texts.twilio_sender import TwilioAccess

ON_THE_LINE = "a call from this number, or about it, goes on; it counts as over after an hour"
RUNNING = "the worker is busy with this person's visit or with call-backs; wait a minute"
NEW_ROWS = "something about this number was stored while it was being deleted"

_CHECKS, _BETWEEN_CHECKS = 60, 0.25
"""How often, and every how many seconds, running jobs are looked for."""
_CALL, _MESSAGE = re.compile(r"CA[0-9a-f]{32}"), re.compile(r"(SM|MM)[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the law asks to keep: STOPs, and consents to texts that were sent."""

    stops: int
    consents: int


@dataclass(slots=True)
class Outcome:
    """How many of each kind were, or would be, deleted; `problems` keep it from being finished.

    Neither holds anything about the person.
    """

    counts: Counter[str] = field(default_factory=Counter[str])
    coming: int = 0
    """Visits ahead among them."""
    kept: Kept = Kept(0, 0)
    problems: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])
    """What the line cannot reach any more, for somebody to look at."""


async def preview(clinic: Clinic, number: str) -> Outcome:
    """What the database has about a number (E.164), and what would be kept; changes nothing."""
    outcome = Outcome()
    async with clinic.pool.connection() as conn:
        person = await find(conn, number)
        outcome.coming = await coming_visits(conn, person, clinic.now())
        outcome.kept = await _kept(conn, person)
        if await is_on_the_line(conn, person):
            outcome.problems.append(ON_THE_LINE)
        try:
            async with conn.transaction(force_rollback=True):
                outcome.counts = await _delete_rows(conn, person)
        except (LockNotAvailable, DeadlockDetected):
            outcome.problems.append(RUNNING)
    return outcome


async def forget(clinic: Clinic, settings: Settings, number: str) -> Outcome:
    """Delete everything about a number (E.164); a repeat continues where an earlier run stopped.

    With problems, the rows of the database are still there.
    """
    outcome = Outcome()
    try:
        await _forget(clinic, settings, number, outcome)
    except (LockNotAvailable, DeadlockDetected):  # what had begun is rolled back
        outcome.problems.append(RUNNING)
    return outcome


async def _forget(clinic: Clinic, settings: Settings, number: str, outcome: Outcome) -> None:
    """The steps; each leaves its counts and problems in `outcome`."""
    person = await _cancel(clinic, number, outcome)
    if not outcome.problems and not await _jobs_ended(clinic, person):
        outcome.problems.append(RUNNING)
    if not outcome.problems:
        person = await _cancel(clinic, number, outcome)  # with what those jobs have stored
    if outcome.problems:
        return
    if settings.uses_google:
        former = await former_calendars(clinic, settings)
        removed = await remove_events(clinic, person.bookings, person.call_backs, former)
        outcome.counts["events in the calendar"] = removed.events
        outcome.counts["invitations"] = removed.invitations
        outcome.problems += removed.problems
        outcome.left += removed.left
    if not settings.is_demo:
        await _delete_at_twilio(settings, person, outcome)
    if not outcome.problems:
        await _finish(clinic, person, outcome)


async def _cancel(clinic: Clinic, number: str, outcome: Outcome) -> Person:
    """Cancel visits and whatever waits, tell nobody, and return the rows; not during a call."""
    async with clinic.pool.connection() as conn, conn.transaction():
        person = await find(conn, number)
        if await is_on_the_line(conn, person):
            outcome.problems.append(ON_THE_LINE)
            return person
        outcome.coming += await coming_visits(conn, person, clinic.now())
        await outbox.drop_all_of(conn, person.bookings)
        await outbox.drop_all_to(conn, number)
        await entries.end_all(conn, number, clinic.now())
        await cancel_silently(conn, person.bookings, person.call_backs)
        await job_rows.delete_jobs(conn, (), person.texts)
        return person


async def _finish(clinic: Clinic, person: Person, outcome: Outcome) -> None:
    """Delete the rows, unless something has changed since they were read."""
    async with clinic.pool.connection() as conn:
        async with conn.transaction():
            if await job_rows.are_running(conn, person.bookings, person.texts):
                outcome.problems.append(RUNNING)
                return
            if await find(conn, person.number) != person:
                outcome.problems.append(NEW_ROWS)
                return
            outcome.counts.update(await _delete_rows(conn, person))
        outcome.kept = await _kept(conn, person)


async def _delete_rows(conn: AsyncConnection, person: Person) -> Counter[str]:
    """Delete every row, those first that refer to others; how many by kind."""
    events = await event_ids(conn, person.bookings, person.call_backs)
    texts = await outbox.delete_texts(conn, person.bookings, person.number)
    await job_rows.delete_jobs(conn, (), texts)
    counts = {
        "texts": len(texts),
        "places on the waiting list": await deletion.delete_waiting(conn, person.number),
        "visits and held times": await bookings.delete_bookings(conn, person.bookings),
        "call-backs": await deletion.delete_call_backs(conn, person.call_backs),
        "refusals of texts": await deletion.delete_refusals(conn, person.number, person.calls),
        "answers and keys of calls": await calls.delete_journals(conn, person.calls)
        + await calls.delete_answers(conn, person.keyed),
        "calls": await calls.delete(conn, person.calls),
        "wrong visit codes": await limits.delete_codes_of(conn, person.calls),
        "replies": await reply_deletion.delete_numbers(conn, person.numbers),
        "notes on numbers without texts": await opt_outs.delete_other_reasons(conn, person.numbers),
        "texts of the demo": await demo_sender.delete_all_to(conn, person.numbers),
        "local events": await deletion.delete_local_events(conn, events, person.bookings),
    }
    return Counter(counts)


async def _delete_at_twilio(settings: Settings, person: Person, outcome: Outcome) -> None:
    messages = [sid for sid in person.messages if _MESSAGE.fullmatch(sid)]
    sids = [sid for sid in person.calls if _CALL.fullmatch(sid)]
    with closing(TwilioAccess(settings)) as access:
        done = await delete_records(access, person, messages, sids)
    counts: Mapping[str, int] = {
        "messages at Twilio": done.messages,
        "calls at Twilio": done.calls,
        "recordings at Twilio": done.recordings,
    }
    outcome.counts.update(counts)
    outcome.problems += done.problems


async def _jobs_ended(clinic: Clinic, person: Person) -> bool:
    """Wait for jobs that began before everything was cancelled; False if they take too long."""
    for _ in range(_CHECKS):
        async with clinic.pool.connection() as conn:
            if not await job_rows.are_running(conn, person.bookings, person.texts):
                return True
        await asyncio.sleep(_BETWEEN_CHECKS)
    return False


async def _kept(conn: AsyncConnection, person: Person) -> Kept:
    stops = await conn.execute(
        "SELECT count(*) FROM text_bar WHERE number = ANY (%s) AND why = %s",
        [person.numbers, OPTED_OUT],
    )
    consents = await conn.execute(
        "SELECT count(*) FROM consent WHERE given AND (number = ANY (%s) OR call_sid = ANY (%s))",
        [person.numbers, list(person.calls)],
    )
    return Kept(*[int((await rows.fetchone() or [0])[0]) for rows in (stops, consents)])
