"""The Push contract: change notifications from a calendar that can send them.

They only save time: changes are read every minute all the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calendar_sync.calendars.contract import Gone, Refused, Unknown


@dataclass(frozen=True, slots=True)
class Watched:
    """The calendar sends notifications until `expires` (UTC); `resource` is its id for them."""

    resource: str
    expires: datetime


class Push(Protocol):
    """Opens and stops channels from one calendar to one public https address of ours."""

    @property
    def calendar(self) -> str:
        """The calendar that is watched."""
        ...

    @property
    def address(self) -> str:
        """Where its notifications go."""
        ...

    async def watch(
        self, channel: str, token: str, expires: datetime
    ) -> Watched | Unknown | Refused:
        """Open a channel with our id; each notification carries `token`."""
        ...

    async def stop(self, channel: str, resource: str) -> Gone | Unknown:
        """Close a channel; one that the calendar does not know is Gone."""
        ...
