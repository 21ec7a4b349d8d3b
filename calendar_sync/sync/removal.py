"""Cancels every event about some bookings and call-backs, wherever staff have put it.

Unlike `withdraw`, it does not matter who changed the event last; but an event that changes at the
very moment, or a calendar that does not answer, is a problem that the caller is told of. Only when
there is none may the rows that name the events be deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from psycopg import AsyncConnection

from calendar_sync.bookings.deadlines import INSERT_SETTLES
from calendar_sync.bookings.event_text import grouped_number
from calendar_sync.calendars.contract import Calendar, Changed, Changes, Unknown
from calendar_sync.clinic import Clinic

CHANGED = "somebody changed an event in the calendar at the same moment"
MAY_COME = "an event that is not in the calendar may still appear there; wait two minutes"
BESIDE = "an event was put into a calendar that the line does not write to; delete it there by hand"
NOT_LISTED = "a calendar's events could not be listed to find copies"
NOT_SHOWN = (
    "The calendar of a therapist who left: Google does not show it to the line any more, as it is"
    " deleted or not shared. If it still exists, search it."
)
NO_INVITATIONS = (
    "there are invitations, and GOOGLE_INVITATIONS_CALENDAR_ID is not set any more; set it again"
)

_EVENTS = """
SELECT event_id, clinician_id,
  state = 'released' AND confirmed_at IS NOT NULL AND expires_at > now() - %(settles)s
FROM booking WHERE id = ANY (%(bookings)s) AND event_id IS NOT NULL
UNION ALL
SELECT event_id, '', shown_at IS NULL AND done_at > now() - %(settles)s
FROM call_back WHERE id = ANY (%(call_backs)s) AND event_id IS NOT NULL
UNION ALL
SELECT unnest(former_events), '', false FROM call_back WHERE id = ANY (%(call_backs)s)
UNION ALL
SELECT unnest(cancel_notes), clinician_id,
  withdrawn_at IS NULL AND expires_at > now() - %(settles)s
FROM booking WHERE id = ANY (%(bookings)s)
"""
_INVITATIONS = """
SELECT event_id, withdrawn_at > now() - %(settles)s FROM invitation
WHERE booking = ANY (%(bookings)s) AND gone_at IS NULL
"""
_NUMBERS = """
SELECT id::text, number FROM booking
WHERE id = ANY (%(bookings)s) AND number IS NOT NULL AND event_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Removal:
    """How many events and invitations were cancelled now, and what kept others from it.

    A problem is words for whoever runs the line, without anything about a person. What is `left`
    is out of the line's reach for good, so it does not keep the rows.
    """

    events: int
    invitations: int
    problems: tuple[str, ...]
    left: tuple[str, ...] = ()


async def event_ids(
    conn: AsyncConnection, booking_ids: Sequence[int], call_back_ids: Sequence[int]
) -> list[str]:
    """The ids of all events that these rows name, invitations too."""
    given = _given(booking_ids, call_back_ids)
    rows = await (await conn.execute(_EVENTS, given)).fetchall()
    rows += await (await conn.execute(_INVITATIONS, given)).fetchall()
    return [str(row[0]) for row in rows]


async def remove_events(
    clinic: Clinic,
    booking_ids: Sequence[int],
    call_back_ids: Sequence[int],
    former: Mapping[str, Calendar] = MappingProxyType({}),
) -> Removal:
    """Cancel the events of these bookings and requests, and the invitations; safe to repeat.

    `former` has the calendars of clinicians whom the settings do not name any more, by their ids.
    Google tells the guest of an invitation to a coming visit that it is cancelled.
    """
    given = _given(booking_ids, call_back_ids)
    async with clinic.pool.connection() as conn:
        events = await (await conn.execute(_EVENTS, given)).fetchall()
        invitations = await (await conn.execute(_INVITATIONS, given)).fetchall()
        rows = await conn.execute(_NUMBERS, given)
        numbers: dict[str, str] = dict(await rows.fetchall())
    counts, problems = [0, 0], list[str]()
    theirs = {clinician_id for _, clinician_id, _ in events} & former.keys()
    missing = {
        clinician_id
        for event, clinician_id, _ in events
        if clinician_id in theirs and await _is_missing(former[clinician_id], event)
    }
    for event, clinician_id, may_come in events:
        calendars = _calendars(clinic, None if clinician_id in missing else clinician_id, former)
        counts[0] += await _remove(calendars, event, may_come, problems)
    for event, may_come in invitations:
        if clinic.invitations is None:
            problems.append(NO_INVITATIONS)
        else:
            calendars = [clinic.invitations.calendar]
            counts[1] += await _remove(calendars, event, may_come, problems)
    if numbers and not problems:
        calendars = [each.calendar for each in clinic.each]
        calendars += [former[each] for each in theirs - missing]
        counts[0] += await _remove_copies(calendars, numbers, problems)
    left = (NOT_SHOWN,) if missing else ()
    return Removal(counts[0], counts[1], tuple(dict.fromkeys(problems)), left)


async def _is_missing(calendar: Calendar, event_id: str) -> bool:
    found = await calendar.find(event_id)
    return isinstance(found, Unknown) and found.no_calendar


async def _remove_copies(
    calendars: Sequence[Calendar], numbers: dict[str, str], problems: list[str]
) -> int:
    """Cancel the copies that staff made of these bookings' events; how many that were.

    A copy names the booking, and so may an event of another database that numbered its bookings
    alike: only one with the booking's phone number in it counts.
    """
    removed = 0
    for calendar in calendars:
        listed = await calendar.changes(None)
        if not isinstance(listed, Changes):
            problems.append(NOT_LISTED)
            continue
        for event in listed.entries:
            number = numbers.get(event.booking_id or "")
            if not event.cancelled and number and grouped_number(number) in event.description:
                removed += await _remove([calendar], event.event_id, False, problems)  # noqa: FBT003
    return removed


def _calendars(
    clinic: Clinic, clinician_id: str | None, former: Mapping[str, Calendar]
) -> list[Calendar]:
    """Those of all clinicians, and the last one of whom the settings do not name any more."""
    known = {each.clinician_id: each.calendar for each in clinic.each}
    if clinician_id and clinician_id not in known:
        known[clinician_id] = former.get(clinician_id) or clinic.of(clinician_id).calendar
    return list(known.values())


async def _remove(
    calendars: Sequence[Calendar],
    event_id: str,
    may_come: bool,  # noqa: FBT001  # as read from its row
    problems: list[str],
) -> int:
    """Cancel one event in each calendar that has it, or add what is wrong; how many that were."""
    removed, seen = 0, False
    for calendar in calendars:
        found = await calendar.find(event_id)
        if isinstance(found, Unknown):
            problems.append(_no_answer(found))
            return removed
        seen = seen or found is not None
        if found is None or found.cancelled:
            continue
        answer = await calendar.cancel(event_id, found.etag)
        if isinstance(answer, Changed):
            problems.append(CHANGED)
        elif isinstance(answer, Unknown):
            problems.append(_no_answer(answer))
        else:
            removed += 1
    for calendar in calendars if seen else ():
        beside = await calendar.find_beside(event_id, None)
        if isinstance(beside, Unknown):
            problems.append(_no_answer(beside))
        elif beside is not None:
            problems.append(BESIDE)
    if may_come and not seen:
        problems.append(MAY_COME)
    return removed


def _no_answer(unknown: Unknown) -> str:
    return f"a calendar did not answer ({unknown.why})"


def _given(booking_ids: Sequence[int], call_back_ids: Sequence[int]) -> dict[str, object]:
    return {
        "bookings": list(booking_ids),
        "call_backs": list(call_back_ids),
        "settles": INSERT_SETTLES,
    }
