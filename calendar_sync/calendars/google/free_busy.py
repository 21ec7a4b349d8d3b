"""Free/busy of several calendars at Google; the smallest hole in the answer is Unknown."""

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.events import moment
from calendar_sync.calendars.google.listing import Resource, read


async def free_busy(
    google: GoogleAccess, calendars: tuple[str, ...], within: Span
) -> list[list[Span]] | Unknown:
    """The busy times of each calendar, in their order; not clipped, not merged."""
    question = {
        "timeMin": within.start.isoformat(),
        "timeMax": within.end.isoformat(),
        "items": [{"id": each} for each in calendars],
    }
    said = await google.ask(lambda client: client.freebusy().query(body=question))
    return read(said, lambda answer: [_of(answer["calendars"][each]) for each in calendars])


def _of(said: Resource) -> list[Span]:
    """One calendar's busy times. Raises KeyError or ValueError for the smallest doubt."""
    if said.get("errors"):
        message = "a calendar is not shared with the line"
        raise ValueError(message)
    return [
        Span(moment(each["start"]), moment(each["end"]))
        for each in said["busy"]
        if each["start"] != each["end"]
    ]
