"""A line of fixed documents, and a caller who presses keys at set times."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.player import Ended, Player
from voice.simulator.transport import InProcess

BASE = "https://line.example"
TOKEN = "12345"  # noqa: S105  # the token of the published signature vectors


@dataclass
class TinyLine:
    """An ASGI application: each path answers with the inside of a <Response>, or (status, body)."""

    documents: Mapping[str, str | tuple[int, str]]
    content_type: str = "text/xml"
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI
        """Answer one POST."""
        body = (await receive())["body"].decode()
        query = scope["query_string"].decode()
        path = scope["path"] + ("?" + query if query else "")
        self.posted.append((path, dict(parse_qsl(body, keep_blank_values=True))))
        inside = self.documents.get(path, (404, ""))
        if path == "/voice/status":
            inside = (204, "")
        if isinstance(inside, str):
            inside = (200, f"<Response>{inside}</Response>")
        status, text = inside
        headers = [(b"content-type", self.content_type.encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})

    @property
    def paths(self) -> list[str]:
        """The requested paths, in order, without the end of the call."""
        return [path for path, _ in self.posted if path != "/voice/status"]

    def fields(self, path: str) -> dict[str, str]:
        """The fields of the last request to a path."""
        return next(fields for asked, fields in reversed(self.posted) if asked == path)


@dataclass
class TimedHandset(Handset):
    """Presses each key at its second of the call ("h" hangs up), and records what was heard."""

    keys: list[tuple[float, str]]
    outcome: Staff = Staff.NO_ANSWER
    ahead: list[str] = field(default_factory=list)
    clock: float = 0.0
    heard: list[tuple[float, Segment]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Press a key when its second has come."""
        if not segment.since:
            self.heard.append((round(self.clock, 3), segment))
        if self.keys and self.keys[0][0] < self.clock + segment.left:
            at, key = self.keys.pop(0)
            after = max(at - self.clock, 0.0)
            self.clock += after
            return HungUp(after) if key == "h" else Press(key, after)
        self.clock += segment.left
        return None

    def typed_ahead(self) -> str:
        """One entry for each fetched document."""
        return self.ahead.pop(0) if self.ahead else ""

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # same outcome for any number
        """Give the same outcome for any number."""
        return self.outcome

    def not_heard(self, key: str) -> None:
        """Record the lost keys."""
        self.lost.append(key)

    @property
    def words(self) -> list[str]:
        """The spoken text, whether or not it was interrupted."""
        return [segment.words for _, segment in self.heard if segment.kind is Kind.SPEECH]

    def seconds_of(self, kind: Kind) -> list[float]:
        """The lengths of all moments of one kind."""
        return [round(segment.seconds, 3) for _, segment in self.heard if segment.kind is kind]


@dataclass(frozen=True)
class Played:
    """A finished call."""

    line: TinyLine
    handset: TimedHandset
    player: Player
    ended: Ended


def play(
    documents: Mapping[str, str | tuple[int, str]],
    *keys: tuple[float, str],
    outcome: Staff = Staff.NO_ANSWER,
    ahead: tuple[str, ...] = (),
    content_type: str = "text/xml",
) -> Played:
    """Play a call to a line of these documents; ``keys`` are (second of the call, key)."""
    line, handset = (
        TinyLine(documents, content_type),
        TimedHandset(list(keys), outcome, list(ahead)),
    )
    post = InProcess(line, BASE, TOKEN)
    player = Player(post, handset, CallerId("+14255550123"))
    return Played(line, handset, player, asyncio.run(player.call()))
