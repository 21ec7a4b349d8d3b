"""Free/busy of several Google calendars; any gap in the answer makes it Unknown."""

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.events import parse_time
from calendar_sync.calendars.google.listing import Resource, read


async def free_busy(
    google: GoogleAccess, calendars: tuple[str, ...], within: Span
) -> list[list[Span]] | Unknown:
    """The busy times of each calendar, in their order; not clipped, not merged."""
    query = {
        "timeMin": within.start.isoformat(),
        "timeMax": within.end.isoformat(),
        "items": [{"id": calendar} for calendar in calendars],
    }
    answer = await google.ask(lambda client: client.freebusy().query(body=query))
    return read(
        answer,
        lambda found: [_busy_times(found["calendars"][calendar]) for calendar in calendars],
    )


def _busy_times(found: Resource) -> list[Span]:
    """One calendar's busy times. Raises KeyError or ValueError for any doubt."""
    if found.get("errors"):
        message = "a calendar is not shared with the line"
        raise ValueError(message)
    return [
        Span(parse_time(busy["start"]), parse_time(busy["end"]))
        for busy in found["busy"]
        if busy["start"] != busy["end"]
    ]
