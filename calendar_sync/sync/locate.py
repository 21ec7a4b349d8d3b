"""Finds an event that staff may have put into a colleague's calendar.

Google keeps the event's id then: in the first calendar the event shows as cancelled, in the second
it appears. So a cancelled event is a cancellation only if no colleague has it.
"""

from calendar_sync.calendars.contract import CalendarEvent, Unknown
from calendar_sync.clinic import Clinic
from calendar_sync.retry import known


async def locate(clinic: Clinic, event_id: str) -> tuple[Clinic, CalendarEvent]:
    """The event, and the clinic as the clinician has it in whose calendar it is.

    The calendar of `clinic` comes first. An event that no calendar knows counts as cancelled there.
    Raises NotYet if one of the calendars does not answer.
    """
    own = known(await clinic.calendar.find(event_id))
    if own is not None and not own.cancelled:
        return clinic, own
    gone = CalendarEvent(event_id, None, "", "", "", None, cancelled=True, etag="")
    return await elsewhere(clinic, event_id) or (clinic, own or gone)


async def elsewhere(clinic: Clinic, event_id: str) -> tuple[Clinic, CalendarEvent] | None:
    """The same for the calendars of the colleagues; None if none of them has the event.

    Raises NotYet if one of the calendars does not answer, and none of the others has it.
    """
    unknown: Unknown | None = None
    for other in clinic.each:
        if other.clinician_id == clinic.clinician_id:
            continue
        found = await other.calendar.find(event_id)
        if isinstance(found, Unknown):
            unknown = found
        elif found is not None and not found.cancelled:
            return other, found
    if unknown is not None:
        known(unknown)
    return None
