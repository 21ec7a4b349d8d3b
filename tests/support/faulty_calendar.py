"""A calendar that wraps another one and fails where a test tells it to."""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import (
    Calendar,
    CalendarEvent,
    Changed,
    Changes,
    Clash,
    CursorExpired,
    Event,
    Gone,
    Inserted,
    Refused,
    Unknown,
    Urgency,
)

T = TypeVar("T")

Fault = Literal["before", "after", "refused", "killed before", "killed after"]
"""Unknown without or with the effect; refused; or the process is killed before or after it."""


class Killed(BaseException):
    """Simulates that the process was killed here."""


@dataclass
class FaultyCalendar:
    """Passes every call on to `real`, except for the methods named in `faults`."""

    real: Calendar
    faults: dict[str, Fault] = field(default_factory=dict[str, Fault])
    asked: list[str] = field(default_factory=list[str])
    meanwhile: dict[str, Callable[[], Awaitable[object]]] = field(
        default_factory=dict[str, Callable[[], Awaitable[object]]]
    )
    """What somebody else does just before a call is passed on, once."""

    async def _pass(self, name: str, do: Callable[[], Awaitable[T]]) -> T | Unknown:
        self.asked.append(name)
        if somebody := self.meanwhile.pop(name, None):
            await somebody()
        fault = self.faults.get(name)
        if fault == "killed before":
            raise Killed
        if fault == "before":
            return Unknown("the calendar does not answer", wait=7)
        answer = await do()
        if fault == "killed after":
            raise Killed
        return Unknown("the answer was lost") if fault == "after" else answer

    async def busy(
        self, within: Span, *, besides: AbstractSet[str] = frozenset()
    ) -> tuple[Span, ...] | Unknown:
        """See the contract."""
        return await self._pass("busy", lambda: self.real.busy(within, besides=besides))

    async def opened(self, within: Span) -> tuple[Span, ...] | Unknown:
        """See the contract."""
        return await self._pass("opened", lambda: self.real.opened(within))

    async def insert(self, event: Event) -> Inserted | Clash | Unknown | Refused:
        """See the contract."""
        if self.faults.get("insert") == "refused":
            return Refused("the calendar is not shared")
        return await self._pass("insert", lambda: self.real.insert(event))

    async def find(self, event_id: str) -> CalendarEvent | Unknown | None:
        """See the contract."""
        return await self._pass("find", lambda: self.real.find(event_id))

    async def find_beside(self, event_id: str, at: Span | None) -> CalendarEvent | Unknown | None:
        """See the contract."""
        return await self._pass("find_beside", lambda: self.real.find_beside(event_id, at))

    async def rewrite(  # noqa: PLR0913  # as the contract
        self,
        event_id: str,
        etag: str,
        *,
        title: str | None = None,
        description: str | None = None,
        location: str | None = None,
        urgency: Urgency | None = None,
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """See the contract."""
        return await self._pass(
            "rewrite",
            lambda: self.real.rewrite(
                event_id,
                etag,
                title=title,
                description=description,
                location=location,
                urgency=urgency,
            ),
        )

    async def move(
        self, event_id: str, to: Span, etag: str
    ) -> CalendarEvent | Changed | Gone | Unknown:
        """See the contract."""
        return await self._pass("move", lambda: self.real.move(event_id, to, etag))

    async def cancel(self, event_id: str, etag: str) -> Gone | Changed | Unknown:
        """See the contract."""
        return await self._pass("cancel", lambda: self.real.cancel(event_id, etag))

    async def changes(self, since: str | None) -> Changes | CursorExpired | Unknown:
        """See the contract."""
        return await self._pass("changes", lambda: self.real.changes(since))
