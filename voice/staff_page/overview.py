"""What the staff page shows. It reads what the commands read, and no answer of a caller."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.booking import Booking, booking, coming_visits
from calendar_sync.bookings.call_back_entries import Entry, entries, half_day_words
from calendar_sync.sync import change_cursor
from calendar_sync.waiting.entries import Entry as WaitingEntry
from calendar_sync.waiting.entries import all_waiting
from calendar_sync.waiting.offers import open_offer
from voice.bootstrap import Line
from voice.clock import utc_now
from voice.dialogue import speech
from voice.figures import Figures, figures
from voice.phone_numbers import shown_number

_LANGUAGES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open call-back requests of one person; `number` is E.164, or "" if it was withheld.

    `last` is the id of the last of them.
    """

    id: int
    last: int
    number: str
    shown: str
    language: str
    since: str
    reasons: list[str]
    is_urgent: bool
    is_overdue: bool
    promised: str


@dataclass(frozen=True, slots=True)
class Coming:
    """A coming screening, in the clinic's time; `caller` is the last four digits."""

    when: str
    caller: str
    language: str
    therapist: str
    """"" where there is only one."""


@dataclass(frozen=True, slots=True)
class OnList:
    """Somebody on the waiting list; `caller` is the last four digits, `offered` the open offer."""

    caller: str
    language: str
    since: str
    visit: str
    """"" for who has nothing booked."""
    offered: str


@dataclass(frozen=True, slots=True)
class Overview:
    """All of the page. `unread_since` is set while the calendar has not been read lately."""

    today: Figures
    waiting: list[Waiting]
    coming: list[Coming]
    on_list: list[OnList]
    unread_since: str = ""


async def overview(line: Line) -> Overview:
    """Read it; urgent requests come first, then overdue ones, then the longest waiting."""
    midnight = datetime.combine(
        utc_now().astimezone(line.settings.zone).date(), time(), line.settings.zone
    )
    async with line.pool.connection() as conn:
        # Calls are dated by the database's clock, which a demo does not move.
        today = await figures(conn, midnight, midnight + timedelta(days=1))
        requests = await call_backs.open_requests(conn)
        visits = await coming_visits(conn, line.now())
        on_list = [await _on_list(conn, line, each) for each in await all_waiting(conn)]
        unread = await change_cursor.overdue_since(
            conn, [each.clinician_id for each in line.clinic.each]
        )
    return Overview(
        today,
        [_waiting(line, each) for each in entries(line.clinic.rules, requests, line.now())],
        [_coming(line, each) for each in visits],
        on_list,
        _when(line, unread) if unread else "",
    )


def _waiting(line: Line, entry: Entry) -> Waiting:
    number = entry.number or ""
    zone = line.settings.zone
    return Waiting(
        id=entry.first.id,
        last=max(entry.ids),
        number=number,
        shown=shown_number(number) if number else "Number withheld",
        language=_LANGUAGES.get(entry.language, entry.language),
        since=_when(line, entry.first.asked_at),
        reasons=[reason[:1].upper() + reason[1:] for reason in entry.reasons],
        is_urgent=entry.is_urgent,
        is_overdue=entry.is_overdue,
        promised=half_day_words(entry.promised.start, zone) if entry.promised else "",
    )


def _coming(line: Line, visit: Booking) -> Coming:
    return Coming(
        when=_when(line, visit.slot.start),
        caller=f"··{visit.number[-4:]}" if visit.number else "number withheld",
        language=_LANGUAGES.get(visit.language, visit.language),
        therapist=line.clinic.name_of(visit.clinician_id),
    )


async def _on_list(conn: AsyncConnection, line: Line, entry: WaitingEntry) -> OnList:
    visit = await booking(conn, entry.visit) if entry.visit else None
    offer = await open_offer(conn, entry.id)
    return OnList(
        caller=f"··{entry.number[-4:]}",
        language=_LANGUAGES.get(entry.language, entry.language),
        since=_when(line, entry.joined_at),
        visit=_when(line, visit.slot.start) if visit else "",
        offered=_when(line, offer.start) if offer else "",
    )


def _when(line: Line, at: datetime) -> str:
    """As in "Tue, Dec 1, 9:00 AM"."""
    pattern = "EEE, MMM d, h:mm a"
    return speech.formatted(at.astimezone(line.settings.zone), pattern, pattern).en
