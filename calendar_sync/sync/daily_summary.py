"""An event each working morning that says how the days since the last one went.

It leaves its time free and has nothing about one person. On the first working day of a week it is
about the seven days before. An event that staff delete stays deleted.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from procrastinate import JobContext

from calendar_sync.availability.opening_hours import first_instant, next_opening_time
from calendar_sync.availability.span import Span
from calendar_sync.bookings.event_text import event_id
from calendar_sync.calendars.contract import Event
from calendar_sync.clinic import Clinic
from calendar_sync.job_queue import HOUSEKEEPING
from calendar_sync.sync.blueprint import blueprint, clinic_of

_HOURS = range(5, 12)
"""Hours of the clinic's day in which the event is written; later it would be no morning's."""
_LENGTH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Morning:
    """A working day: its opening, and the period that its summary is about."""

    opens: datetime
    begin: datetime
    end: datetime


@blueprint.periodic(cron="*/15 * * * *")
@blueprint.task(
    name="summarize_day", queue=HOUSEKEEPING, queueing_lock="summarize_day", pass_context=True
)
async def summarize_day(context: JobContext, timestamp: int) -> None:
    """Every fifteen minutes: see `summarize`."""
    del timestamp
    await summarize(clinic_of(context))


async def summarize(clinic: Clinic) -> None:
    """Insert this morning's event, unless it is there or was; safe to run again after any crash.

    A calendar that does not answer is asked again at the next run.
    """
    if clinic.summary is None:
        return
    found = morning(clinic)
    if found is None:
        return
    day = found.opens.astimezone(clinic.rules.zone).date().isoformat()
    own = event_id("daily summary", day, 0)
    if await clinic.calendar.find(own) is not None:
        return
    title, text = await clinic.summary(found.begin, found.end)
    span = Span(found.opens, found.opens + _LENGTH)
    await clinic.calendar.insert(
        Event(id=own, span=span, title=title, description=text, blocks=False)
    )


def morning(clinic: Clinic) -> Morning | None:
    """Today as a working morning; None at other hours and on days on which the clinic is closed."""
    now = clinic.now().astimezone(clinic.rules.zone)
    opens = _opening(clinic, now)
    if now.hour not in _HOURS or opens is None:
        return None
    week = [now - timedelta(days=days) for days in range(1, now.weekday() + 1)]
    worked = next((day for day in week if _opening(clinic, day)), now - timedelta(days=7))
    return Morning(opens, _midnight(clinic, worked), _midnight(clinic, now))


def _opening(clinic: Clinic, day: datetime) -> datetime | None:
    """When the clinic opens on this local day; None if it does not."""
    opens = next_opening_time(clinic.rules, _midnight(clinic, day))
    if opens is None or opens.astimezone(clinic.rules.zone).date() != day.date():
        return None
    return opens


def _midnight(clinic: Clinic, day: datetime) -> datetime:
    return first_instant(datetime.combine(day.date(), time.min), clinic.rules.zone)
