"""The stand-in of Google Calendar: a real HTTP server on loopback that the real client talks to.

    with Google() as google:
        google.url            # GOOGLE_API_URL
        google.credentials()  # the content of GOOGLE_CREDENTIALS_FILE

Nothing here is Google's code or was tried against Google; each imitation names its source.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stand_ins.google import events, lists
from stand_ins.google.calendars import Calendar
from stand_ins.google.discovery import find
from stand_ins.google.events import World
from stand_ins.google.faults import Fault
from stand_ins.google.push import Channels
from stand_ins.google.refusals import Refusal, named
from stand_ins.google.sign_in import SignIn
from stand_ins.http_server import Asked, StandIn

METHODS = {**events.METHODS, **lists.METHODS}
SCREENINGS, DOCTOR = "screenings@group.calendar.google.com", "doctor@example.org"
INVITATIONS = "invitations@group.calendar.google.com"
RIVERA = "rivera-screenings@group.calendar.google.com"


@dataclass(frozen=True)
class Seen:
    """One request and its response; `rule` is the API rule that the request broke, if any."""

    method: str
    status: int
    said: str
    rule: bool = False
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Google(StandIn):
    """A clinic's calendars: screenings and invitations, made by the app, and the doctor's own."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.sign_in = SignIn()
        self.channels = Channels()
        self.methods = {**METHODS, **self.channels.methods}
        self.faults: list[Fault] = []
        self.meanwhile: dict[str, Callable[[], object]] = {}
        """What staff do just before a request of that method is carried out, once."""
        self.seen: list[Seen] = []
        for calendar in (
            Calendar(SCREENINGS, made_by_app=True),
            Calendar(INVITATIONS, made_by_app=True),
            Calendar(RIVERA, made_by_app=True),
            Calendar(DOCTOR),
        ):
            self.world.calendars[calendar.id] = calendar

    @property
    def url(self) -> str:
        """The base address of its Calendar API."""
        return f"{self.base}/calendar/v3/"

    def credentials(self, *, service: bool = False) -> dict[str, str]:
        """The content of a credentials file whose token_uri leads here."""
        return self.sign_in.credentials(f"{self.base}/token", service=service)

    @property
    def screenings(self) -> Calendar:
        """The calendar that the line writes to."""
        return self.world.calendars[SCREENINGS]

    @property
    def invitations(self) -> Calendar:
        """The calendar whose events have patients as guests."""
        return self.world.calendars[INVITATIONS]

    @property
    def rivera(self) -> Calendar:
        """The screenings calendar of a colleague."""
        return self.world.calendars[RIVERA]

    @property
    def doctor(self) -> Calendar:
        """A calendar that is read only for busy times."""
        return self.world.calendars[DOCTOR]

    @property
    def broken_rules(self) -> list[str]:
        """Requests that Google would refuse whatever its state."""
        return [f"{seen.method}: {seen.said}" for seen in self.seen if seen.rule]

    def asked(self, method: str) -> list[Seen]:
        """All requests of one method."""
        return [seen for seen in self.seen if seen.method == method]

    def answer(self, request: Asked, verb: str) -> None:
        """Handle one request and return the response."""
        where = urlsplit(request.path)
        raw = request.body()
        name: str
        do: Callable[[], Any]
        if where.path == "/token":
            name, do = "token", partial(self.sign_in.token, parse_qs(raw.decode()))
        else:
            name, do = self._call(request, verb, where.path, where.query, raw)
        fault = next((each for each in self.faults if each.meets(name)), None)
        try:
            if fault and not fault.after:
                self._fail(request, name, fault)
                return
            with self.turn:
                done = do()
            if fault:
                self._fail(request, name, fault)
                return
            self._note(name, 204 if done is None else 200, "", raw, where.query)
            request.send_json(204 if done is None else 200, done)
        except Refusal as no:
            self._note(name, no.status, f"{no.reason}: {no.message}", raw, where.query, no.rule)
            request.send(no.status, no.body(), no.headers)

    def _call(
        self, request: Asked, verb: str, path: str, query: str, raw: bytes
    ) -> tuple[str, Callable[[], Any]]:
        try:
            method, ids = find(verb, path)
        except Refusal as no:
            return "unknown", _raising(no)

        def do() -> Any:  # noqa: ANN401  # JSON
            account = self.sign_in.account(request.headers.get("Authorization", ""))
            values = method.parameters(parse_qs(query, keep_blank_values=True))
            body = json.loads(raw) if raw else None
            method.check_body(body)
            method.check_scopes(account.scopes)
            if request.headers.get("If-Match"):
                values["If-Match"] = request.headers["If-Match"]
            if method.name not in self.methods:
                raise Refusal(501, "notImplemented", f"{method.name} is not imitated.", rule=True)
            self.meanwhile.pop(method.name, lambda: None)()
            return self.methods[method.name](self.world, account, ids, values, body)

        return method.name, do

    def _note(  # noqa: PLR0913, PLR0917  # one line of the ledger
        self,
        name: str,
        status: int,
        said: str,
        raw: bytes,
        query: str,
        rule: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        body = json.loads(raw) if raw and name != "token" else None
        self.seen.append(Seen(name, status, said, rule, body, parse_qs(query)))

    def _fail(self, request: Asked, name: str, fault: Fault) -> None:
        self.seen.append(Seen(name, 0, f"injected {fault.kind}"))
        match fault.kind:
            case "status":
                no = named(fault.status, fault.reason, fault.retry_after)
                request.send(no.status, no.body(), no.headers)
            case "not json":
                request.send_hotel_page()
            case "empty":
                request.send(200, b"{}")
            case "hang":
                self.hang(request)
            case "half":
                request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
                request.close_connection = True
            case "reset":
                request.reset()


def _raising(no: Refusal) -> Callable[[], Any]:
    def do() -> None:
        raise no

    return do
