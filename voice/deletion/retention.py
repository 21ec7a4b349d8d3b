"""How long each table keeps what it holds about a person, and the hourly job that deletes the rest.

Only our database: the calendar's events are the clinic's record, which has rules of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from calendar_sync.bookings import deletion
from voice import limits, read_log, staff_access
from voice.deletion import bookings, calls
from voice.settings import Settings
from voice.texts import demo_sender, opt_outs, reply_deletion

log = structlog.get_logger(__name__)

Batch = Callable[[AsyncConnection, int], Awaitable[int]]
"""Deletes at most so many rows in one transaction; how many it found."""

BATCH = 500
"""Rows in one transaction: a fraction of a second, so that no call waits for it."""
BATCHES = 20
"""For one rule in one run; what is left waits for the next hour."""

_VISIT = "RETENTION_DAYS after the visit"
_ANSWERS = "ANSWER_DAYS"
_PROOF = "CONSENT_YEARS"
RULES = {
    "booking": f"{_VISIT}; {_ANSWERS} for a time that no visit came of",
    "text": _VISIT,
    "telling": _VISIT,
    "visit_link": _VISIT,
    "invitation": _VISIT,
    "staff_change": _VISIT,
    "waiting_list": f"{_VISIT}; {_ANSWERS} after somebody without a visit joined it",
    "waiting_offer": f"{_ANSWERS}, with the time that was held",
    "call": f"{_ANSWERS} for the number of a call without a visit; RETENTION_DAYS for the rest",
    "journal": f"{_ANSWERS} for a call without a visit; else {_VISIT}",
    "call_back": f"{_ANSWERS} after it was done; RETENTION_DAYS at most",
    "effect": _ANSWERS,
    "consent": _PROOF,
    "text_bar": f"{_PROOF} for a STOP; RETENTION_DAYS for a number that texts cannot reach",
    "text_reply": f"two days; {_PROOF} for the message id of a START",
    "demo_text": _ANSWERS,
    "local_event": "RETENTION_DAYS after its end",
    "page_change": f"an hour where another follows; else {_VISIT}",
    "wrong_code": f"a day; {_ANSWERS} where no other follows",
    "staff_link": "an hour",
    "staff_session": "twelve hours",
    "staff_view": "RETENTION_DAYS",
    "command_view": "RETENTION_DAYS",
    "procrastinate_jobs": "a week after it was done",
    "procrastinate_events": "with its job",
}
"""Each table that holds something about a person, and when a row of it goes."""

ABOUT_NOBODY = {
    "alembic_version": "the version of the tables",
    "alert": "problems of the line that are not over",
    "busy_times": "times without what fills them",
    "calendar_channel": "Google's channels, deleted when they expire",
    "calendar_cursor": "how far the calendar was read",
    "clinician_calendar": "which calendar a therapist has",
    "data_key": "the name of the key that the tables are encrypted with",
    "procrastinate_periodic_defers": "when periodic jobs were queued",
    "procrastinate_workers": "processes that run now",
    "routing": "who answers calls",
    "text_alarm": "problems of the set-up at Twilio",
}
"""The other tables, and what they hold."""


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """What is older than these times is deleted."""

    answers: datetime
    visits: datetime
    proof: datetime


def cutoffs(settings: Settings, now: datetime) -> Cutoffs:
    """The times for the periods in the settings; `now` is aware UTC."""
    return Cutoffs(
        now - timedelta(days=settings.answer_days),
        now - timedelta(days=settings.retention_days),
        _years_before(now, settings.consent_years),
    )


async def delete_old_data(
    pool: AsyncConnectionPool, settings: Settings, now: Callable[[], datetime]
) -> None:
    """Delete by every rule, in batches; a run that is killed is continued by the next one."""
    for kind, batch in _rules(cutoffs(settings, now())).items():
        deleted = 0
        for _ in range(BATCHES):
            async with pool.connection() as conn, conn.transaction():
                found = await batch(conn, BATCH)
            deleted += found
            if found < BATCH:
                break
        if deleted:
            log.info("deleted what was kept long enough", kind=kind, count=deleted)


def _rules(old: Cutoffs) -> dict[str, Batch]:
    """Every rule by what it deletes, in the order of the foreign keys."""

    async def visits(conn: AsyncConnection, limit: int) -> int:
        found = await deletion.old_bookings(conn, old.visits, old.answers, limit)
        return await bookings.delete_bookings(conn, found)

    return {
        "bookings": visits,
        "waiting list": lambda conn, limit: deletion.delete_old_waiting(conn, old.answers, limit),
        "answers of calls": lambda conn, limit: calls.strip_old(conn, old.answers, limit),
        "calls": lambda conn, limit: calls.delete_old(conn, old.visits, limit),
        "call-backs": lambda conn, limit: deletion.delete_old_call_backs(
            conn, old.answers, old.visits, limit
        ),
        "effects": lambda conn, limit: deletion.delete_old_effects(conn, old.answers, limit),
        "consents": lambda conn, limit: deletion.delete_old_consents(conn, old.proof, limit),
        "opt-outs": lambda conn, limit: opt_outs.delete_old(conn, old.proof, old.visits, limit),
        "replies": lambda conn, limit: reply_deletion.delete_old_starts(conn, old.proof, limit),
        "texts of the demo": lambda conn, limit: demo_sender.delete_old(conn, old.answers, limit),
        "local events": lambda conn, limit: deletion.delete_old_local_events(
            conn, old.visits, limit
        ),
        "sign-ins": lambda conn, limit: staff_access.delete_old(conn, old.visits, limit),
        "wrong codes": lambda conn, limit: limits.delete_old_codes(conn, old.answers, limit),
        "reads": lambda conn, limit: read_log.delete_old(conn, old.visits, limit),
    }


def _years_before(at: datetime, years: int) -> datetime:
    try:
        return at.replace(year=at.year - years)
    except ValueError:  # February 29
        return at.replace(year=at.year - years, day=28)
