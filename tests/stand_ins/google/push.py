"""The stand-in's channels: events.watch, channels.stop, and the messages that Google posts.

Source: guide "Get push notifications", unless said otherwise. Known difference: a message goes out
when a test says so (`deliver`), through a door that stands for the proxy before the line; Google
sends it by itself, to the https address, and again after 500, 502, 503 and 504.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from stand_ins.google.calendars import Calendar, Resource
from stand_ins.google.events import Account, World
from stand_ins.google.refusals import Refusal, broken

LONGEST = timedelta(days=7)
"""Source: guide, "Renew notification channels"; the reference gives 604800 s as the default."""
_ids = itertools.count(1)


@dataclass
class Channel:
    """One open channel; `seen` is the calendar's newest change that was told of."""

    id: str
    token: str
    address: str
    resource: str
    calendar: Calendar
    expires: datetime
    seen: int
    number: int = 0


@dataclass
class Channels:
    """Every channel of the account, and where its messages go instead of to the internet."""

    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    open: dict[str, Channel] = field(default_factory=dict[str, Channel])
    resources: dict[str, str] = field(default_factory=dict[str, str])

    def deliver(self, door: str) -> list[tuple[str, int]]:
        """Post what is to be told, as (state, status); `door` stands for the public address."""
        told: list[tuple[str, int]] = []
        for each in list(self.open.values()):
            newest = max(each.calendar.changed.values(), default=0)
            state = "exists" if each.number else "sync"
            if each.expires <= self.now() or (each.number and newest == each.seen):
                continue
            each.seen, each.number = newest, each.number + 1
            told.append((state, post(door + urlsplit(each.address).path, headers(each, state))))
        return told

    def watch(
        self,
        world: World,
        account: Account,
        ids: Mapping[str, str],
        query: Resource,
        body: Resource,
    ) -> Resource:
        """Source: reference of events.watch; reasons as reported for webhooks of Google's APIs."""
        del query
        calendar = world.calendar(ids["calendarId"], account)
        if not re.fullmatch(r"[A-Za-z0-9\-_+/=]{1,64}", body.get("id", "")):
            raise broken("channelIdInvalid", "Invalid channel id.")
        if body["id"] in self.open:
            raise broken("channelIdNotUnique", f"Channel id {body['id']} not unique")
        if body.get("type") not in {"web_hook", "webhook"}:
            raise broken("channelTypeUnknown", "Unknown channel type.")
        if not body.get("address", "").startswith("https://"):
            raise broken("push.webhookUrlNotHttps", "WebHook callback must be HTTPS.")
        if len(body.get("token", "")) > 256:
            raise broken("invalid", "Channel token is too long.")
        latest = self.now() + LONGEST
        wish = datetime.fromtimestamp(int(body.get("expiration", 0)) / 1000, UTC)
        expires = min(wish, latest) if "expiration" in body else latest
        if expires <= self.now():
            raise broken("channelExpirationInvalid", "The expiration is over.")
        resource = self.resources.setdefault(calendar.id, f"res{next(_ids):05}")
        self.open[body["id"]] = Channel(
            body["id"],
            body.get("token", ""),
            body["address"],
            resource,
            calendar,
            expires,
            max(calendar.changed.values(), default=0),
        )
        return {
            "kind": "api#channel",
            "id": body["id"],
            "resourceId": resource,
            "resourceUri": f"https://www.googleapis.com/calendar/v3/calendars/{calendar.id}/events",
            "token": body.get("token", ""),
            "expiration": str(int(expires.timestamp() * 1000)),
        }

    def stop(
        self,
        world: World,
        account: Account,
        ids: Mapping[str, str],
        query: Resource,
        body: Resource,
    ) -> None:
        """Source: reference of channels.stop; both ids are needed; unknown ones are not found."""
        del world, account, ids, query
        there = self.open.get(body.get("id", ""))
        if there is None or there.resource != body.get("resourceId"):
            raise Refusal(404, "notFound", f"Channel '{body.get('id')}' not found for project")
        del self.open[there.id]

    @property
    def methods(
        self,
    ) -> dict[str, Callable[[World, Account, Mapping[str, str], Resource, Any], Any]]:
        """By their names in the discovery document."""
        return {"events.watch": self.watch, "channels.stop": self.stop}


def headers(channel: Channel, state: str) -> dict[str, str]:
    """Source: guide, "Understand the notification message format"."""
    return {
        "X-Goog-Channel-ID": channel.id,
        "X-Goog-Channel-Token": channel.token,
        "X-Goog-Channel-Expiration": f"{channel.expires:%a, %d %b %Y %H:%M:%S GMT}",
        "X-Goog-Resource-ID": channel.resource,
        "X-Goog-Resource-URI": f"https://www.googleapis.com/calendar/v3/{channel.calendar.id}",
        "X-Goog-Resource-State": state,
        "X-Goog-Message-Number": str(channel.number),
    }


def post(url: str, said: Mapping[str, str]) -> int:
    """One message without a body; the status that it was answered with."""
    message = Request(url, data=b"", headers=dict(said), method="POST")  # noqa: S310  # loopback
    try:
        with urlopen(message, timeout=10) as answer:  # noqa: S310  # loopback
            return int(answer.status)
    except HTTPError as refused:
        with refused:
            return refused.code
