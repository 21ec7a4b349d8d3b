"""What the line asks of a calendar that can tell by itself when something in it has changed.

Being told is only faster than asking: changes are read every minute all the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from calendar_sync.calendars.contract import Gone, Refused, Unknown


@dataclass(frozen=True, slots=True)
class Watched:
    """The calendar will tell of changes until `expires` (UTC); `resource` is its name for them."""

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
        """Where its messages go."""
        ...

    async def watch(
        self, channel: str, token: str, expires: datetime
    ) -> Watched | Unknown | Refused:
        """Open a channel under our id; `token` comes back with each message."""
        ...

    async def stop(self, channel: str, resource: str) -> Gone | Unknown:
        """End a channel; one that the calendar does not know is gone."""
        ...
