"""The calendar of a clinician whom the settings do not name any more: every answer is Unknown.

So work on their visits is neither done nor dropped: it is tried again, and staff see that it is
overdue. It goes on as soon as the settings name the clinician again.
"""

from collections.abc import Set as AbstractSet

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import Event, Unknown, Urgency


class AbsentCalendar:
    """The Calendar contract without a calendar."""

    def __init__(self, clinician_id: str) -> None:
        """`clinician_id` is named in each answer."""
        self._answer = Unknown(f'CLINICIANS does not name "{clinician_id}" any more')

    async def busy(self, within: Span, *, besides: AbstractSet[str] = frozenset()) -> Unknown:
        """Not known."""
        del within, besides
        return self._answer

    async def opened(self, within: Span) -> Unknown:
        """Not known."""
        del within
        return self._answer

    async def insert(self, event: Event) -> Unknown:
        """Not done."""
        del event
        return self._answer

    async def find(self, event_id: str) -> Unknown:
        """Not known."""
        del event_id
        return self._answer

    async def find_beside(self, event_id: str, at: Span | None) -> Unknown:
        """Not known."""
        del event_id, at
        return self._answer

    async def rewrite(  # noqa: PLR0913  # as in the contract
        self,
        event_id: str,
        etag: str,
        *,
        title: str | None = None,
        description: str | None = None,
        location: str | None = None,
        urgency: Urgency | None = None,
    ) -> Unknown:
        """Not done."""
        del event_id, etag, title, description, location, urgency
        return self._answer

    async def move(self, event_id: str, to: Span, etag: str) -> Unknown:
        """Not done."""
        del event_id, to, etag
        return self._answer

    async def cancel(self, event_id: str, etag: str) -> Unknown:
        """Not done."""
        del event_id, etag
        return self._answer

    async def changes(self, since: str | None) -> Unknown:
        """Not known."""
        del since
        return self._answer
