"""Google's notification channels for changes in the screenings calendar.

Source: Google's guide "Get push notifications". A channel lasts at most a week and cannot be
renewed, only replaced.
"""

from datetime import UTC, datetime

from calendar_sync.calendars.contract import Gone, Refused, Unknown
from calendar_sync.calendars.google.client import GoogleAccess
from calendar_sync.calendars.google.errors import RequestFailure
from calendar_sync.calendars.google.listing import Resource, read
from calendar_sync.calendars.push import Watched


class GooglePush:
    """The Push contract for one calendar and one address."""

    def __init__(self, access: GoogleAccess, calendar: str, address: str) -> None:
        """`address` is https with a valid certificate, which Google requires."""
        self._google = access
        self.calendar = calendar
        self.address = address

    async def watch(
        self, channel: str, token: str, expires: datetime
    ) -> Watched | Unknown | Refused:
        """Ask for a channel; Google may end it earlier than `expires`."""
        request = {
            "id": channel,
            "type": "web_hook",
            "address": self.address,
            "token": token,
            "expiration": str(_milliseconds(expires)),
        }
        answer = await self._google.ask(
            lambda client: client.events().watch(calendarId=self.calendar, body=request)
        )
        if isinstance(answer, RequestFailure) and answer.kind in {"set-up", "missing", "invalid"}:
            return Refused(answer.why)
        return read(answer, _watched)

    async def stop(self, channel: str, resource: str) -> Gone | Unknown:
        """Close a channel; Google answers 404 for one that has ended."""
        ended = {"id": channel, "resourceId": resource}
        answer = await self._google.ask(lambda client: client.channels().stop(body=ended))
        if isinstance(answer, RequestFailure) and answer.kind not in {"missing", "gone"}:
            return Unknown(answer.why, answer.wait)
        return Gone()


def _watched(answer: Resource) -> Watched:
    ends = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
    return Watched(str(answer["resourceId"]), ends)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
