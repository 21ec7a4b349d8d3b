"""The Calendar contract: all that the line asks of a calendar, whichever one it is.

Each call returns one of the values named in its return type and raises nothing for what a calendar
can do wrong. Two answers are distinct everywhere: `Unknown` (maybe done, maybe not; ask again
later) and `Refused` (certainly not done, and asking again will not help until somebody fixes the
setup). A `why` names the problem for staff and logs and holds no phone number and no answer.

A calendar has no locks: two overlapping inserts both succeed. The database keeps bookings apart;
the event id, chosen by us, keeps one booking from becoming two events.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from calendar_sync.availability.span import Span

OPENED = "Open for screenings"
"""The title, in upper or lower case, of an event that opens its time; it is never busy."""


def opens(title: str) -> bool:
    """Whether an event with this title opens its time instead of filling it."""
    return title.strip().casefold() == OPENED.casefold()


Urgency = Literal["usual", "soon", "first"]


@dataclass(frozen=True, slots=True)
class Event:
    """What we write. `id` is 5 to 1024 of the characters a-v and 0-9, unique in the calendar."""

    id: str
    span: Span
    title: str
    description: str = ""
    location: str = ""
    booking_id: str | None = None
    blocks: bool = True
    """False for an event that leaves its time free."""
    wants_link: bool = False
    """Ask the calendar for a video link, if it can; it comes later, in `CalendarEvent.link`."""
    urgency: Urgency = "usual"
    """How soon staff may want to look; a calendar without colors does not show it."""
    guest: str | None = None
    """The email of the guest; a calendar that writes to guests does so."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event as it is now; staff may have changed it. `cancelled` marks a tombstone.

    `etag` names this version: a write that names another one changes nothing. `booking_id` is None
    for an event that is not ours. A tombstone may have lost all but its id; only there is `span`
    None. `etag` is "" only there too.
    """

    event_id: str
    span: Span | None
    title: str
    description: str
    location: str
    booking_id: str | None
    cancelled: bool
    etag: str
    link: str = ""
    """The video link that the calendar made."""
    link_pending: bool = False
    all_day: bool = False
    first_day: str = ""
    """Of an event that staff made recurring: the id by which its first occurrence is found."""
    series: str = ""
    """The id of the recurring event that it is one occurrence of, changed or deleted by itself."""
    planned: datetime | None = None
    """When that occurrence would begin by its series; aware."""
    beside: bool = False
    """Staff put it into a calendar that only blocks times, where we write nothing."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """The calendar acknowledged the event, now or for an earlier insert of the same one."""

    etag: str


@dataclass(frozen=True, slots=True)
class Clash:
    """The id is used: by a cancelled event of any kind, or by a live one that is not this one."""

    kind: Literal["cancelled", "foreign"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Maybe done, maybe not. `wait` is how many seconds the calendar asked us to wait."""

    why: str
    wait: int = 0
    no_calendar: bool = False
    """The calendar is deleted or not shared with us; only `find` tells."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not done, and asking again will not help until the setup is fixed."""

    why: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Somebody has changed the event since that version; nothing was written. Find it again."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The event is cancelled, or never existed."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that changed and that we cannot read; the texts are "" where they are missing."""

    event_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, each event once in its latest state, and the cursor for the next call."""

    entries: tuple[CalendarEvent, ...]
    cursor: str
    unreadable: tuple[Unreadable, ...] = ()


@dataclass(frozen=True, slots=True)
class CursorExpired:
    """The calendar no longer knows this cursor; ask again with None and compare everything."""


class Calendar(Protocol):
    """A calendar that the line writes bookings to and reads busy times from."""

    async def busy(
        self, within: Span, *, besides: AbstractSet[str] = frozenset()
    ) -> tuple[Span, ...] | Unknown:
        """Times that are not free, clipped to `within`, merged, ascending.

        Events with an id in `besides` do not count. `within` is at most 60 days. Unknown as soon
        as any part of the answer is missing or doubtful: never a shorter list.
        """
        ...

    async def opened(self, within: Span) -> tuple[Span, ...] | Unknown:
        """Times that staff opened by events titled `OPENED`, clipped, merged, ascending."""
        ...

    async def insert(self, event: Event) -> Inserted | Clash | Unknown | Refused:
        """Insert an event. The same event again (id, booking, time) is Inserted again."""
        ...

    async def find(self, event_id: str) -> CalendarEvent | Unknown | None:
        """Read one event; None if the calendar never had it."""
        ...

    async def find_beside(self, event_id: str, at: Span | None) -> CalendarEvent | Unknown | None:
        """The event if it lives in a calendar that only blocks times, else None.

        Where events are hidden, what fills exactly `at` counts as the event; it has no etag then.
        """
        ...

    async def rewrite(  # noqa: PLR0913  # each is one part of the event that may change
        self,
        event_id: str,
        etag: str,
        *,
        title: str | None = None,
        description: str | None = None,
        location: str | None = None,
        urgency: Urgency | None = None,
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Replace the given texts and the color, never the time, if the version is still `etag`."""
        ...

    async def move(
        self, event_id: str, to: Span, etag: str
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """Move the event to another time if its version is still `etag`."""
        ...

    async def cancel(self, event_id: str, etag: str) -> Gone | Changed | Unknown:
        """Cancel the event if its version is still `etag`; cancelling twice is Gone."""
        ...

    async def changes(self, since: str | None) -> Changes | CursorExpired | Unknown:
        """What changed after the cursor `since`, cancellations included; None reads live events."""
        ...
