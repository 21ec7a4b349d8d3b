"""Channels at Google: messages that something in the screenings calendar has changed.

Source: Google's guide "Get push notifications". A channel lasts at most a week and cannot be
prolonged, only followed by another one.
"""

from datetime import UTC, datetime

from calendar_sync.calendars.contract import Gone, Refused, Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import Trouble
from calendar_sync.calendars.google.listing import Resource, read
from calendar_sync.calendars.push import Watched


class GooglePush:
    """The Push contract for one calendar and one address."""

    def __init__(self, access: GoogleAccess, calendar: str, address: str) -> None:
        """`address` is https, with a certificate that browsers accept; Google calls no other."""
        self._google = access
        self.calendar = calendar
        self.address = address

    async def watch(
        self, channel: str, token: str, expires: datetime
    ) -> Watched | Unknown | Refused:
        """Ask for a channel; Google may let it end earlier than `expires`."""
        request = {
            "id": channel,
            "type": "web_hook",
            "address": self.address,
            "token": token,
            "expiration": str(_milliseconds(expires)),
        }
        said = await self._google.ask(
            lambda google: google.events().watch(calendarId=self.calendar, body=request)
        )
        if isinstance(said, Trouble) and said.kind in {"set-up", "missing", "invalid"}:
            return Refused(said.why)
        return read(said, _watched)

    async def stop(self, channel: str, resource: str) -> Gone | Unknown:
        """Google answers 404 for a channel that has ended."""
        ended = {"id": channel, "resourceId": resource}
        said = await self._google.ask(lambda google: google.channels().stop(body=ended))
        if isinstance(said, Trouble) and said.kind not in {"missing", "gone"}:
            return Unknown(said.why, said.wait)
        return Gone()


def _watched(said: Resource) -> Watched:
    ends = datetime.fromtimestamp(int(said["expiration"]) / 1000, UTC)
    return Watched(str(said["resourceId"]), ends)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
