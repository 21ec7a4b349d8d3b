"""The stand-in of Twilio's REST API: a real HTTP server on loopback that the real client talks to.

    with Twilio() as twilio:
        twilio.url            # TWILIO_API_URL
        twilio.messages.sent  # newest first

Nothing here is Twilio's code or was tried against Twilio; each imitation names its source.
"""

import base64
import hmac
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from stand_ins.http_server import Asked, StandIn
from stand_ins.twilio.calls import Calls
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.messages import Message, Messages
from stand_ins.twilio.pages import page
from stand_ins.twilio.refusals import Refusal, broken, refusal
from stand_ins.twilio.resources import CLINIC, Resources

ACCOUNT, TOKEN = "AC" + "1" * 32, "token"
KEY, SECRET = "SK" + "2" * 32, "secret"
SERVICE = "MG" + "3" * 32


@dataclass(frozen=True)
class Seen:
    """One request and its response; `rule` is the API rule that the request broke, if any."""

    method: str
    status: int
    said: str = ""
    rule: bool = False
    user: str = ""


class Twilio(StandIn):
    """A clinic's account with one number and one messaging service."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = Messages({CLINIC}, {SERVICE})
        self.calls = Calls()
        self.resources = Resources(ACCOUNT, SERVICE)
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        self.logins = {(ACCOUNT, TOKEN), (KEY, SECRET)}
        self.token = TOKEN
        """The auth token, which signs requests."""
        self.bins: dict[str, str] = {}
        """TwiML Bins: documents by the ids in their addresses, EH..."""

    @property
    def url(self) -> str:
        """The base address of its REST API."""
        return self.base

    @property
    def broken_rules(self) -> list[str]:
        """Requests that Twilio would refuse whatever its state."""
        return [f"{seen.method}: {seen.said}" for seen in self.seen if seen.rule]

    def asked(self, method: str) -> list[Seen]:
        """All requests of one method."""
        return [seen for seen in self.seen if seen.method == method]

    def bodies(self, to: str = "") -> list[str]:
        """The bodies of the sent messages, oldest first."""
        return [each.body for each in reversed(self.messages.sent) if to in {"", each.to}]

    def last(self) -> Message:
        """The newest message."""
        return self.messages.sent[0]

    def answer(self, request: Asked, verb: str) -> None:
        """Handle one request and return the response."""
        where = urlsplit(request.path)
        raw = request.body().decode()
        name = _name(verb, where.path)
        user = ""
        if where.path.startswith("/twiml/"):
            self._send_bin(request, where.path, where.query)
            return
        fault = next((each for each in self.faults if each.meets(name)), None)
        try:
            if fault and not fault.after:
                self._fail(request, name, fault)
                return
            user = self._signed_in(request)
            with self.turn:
                status, done = self._do(verb, where.path, where.query, raw)
            if fault:
                self._fail(request, name, fault)
                return
            self.seen.append(Seen(name, status, user=user))
            request.send_json(status, done)
        except Refusal as no:
            self.seen.append(Seen(name, no.status, f"{no.code} {no.message}", no.rule, user))
            request.send(no.status, no.body())

    def bin_address(self, document: str) -> str:
        """Make a TwiML Bin; its address."""
        sid = f"EH{len(self.bins) + 1:032x}"
        self.bins[sid] = document
        return f"{self.base}/twiml/{sid}"

    def _send_bin(self, request: Asked, path: str, query: str) -> None:
        """Source: https://help.twilio.com/articles/223132187: only to a signed request."""
        signed = hmac.digest(self.token.encode(), f"{self.base}{path}?{query}".encode(), "sha1")
        good = base64.b64encode(signed).decode() == request.headers.get("X-Twilio-Signature")
        document = self.bins.get(path.rpartition("/")[2])
        if good and document is not None:
            request.send(200, document.encode())
        else:
            request.send(403, b"Not Authorized")

    def _signed_in(self, request: Asked) -> str:
        """Source: https://www.twilio.com/docs/usage/requests-to-twilio: HTTP Basic."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        user, _, password = base64.b64decode(given).decode().partition(":")
        if scheme != "Basic" or (user, password) not in self.logins:
            raise refusal(20003)
        return user

    def _do(self, verb: str, path: str, query: str, raw: str) -> tuple[int, Any]:
        asked = dict(parse_qsl(query, keep_blank_values=True))
        form = dict(parse_qsl(raw, keep_blank_values=True))
        base = f"/2010-04-01/Accounts/{ACCOUNT}"
        if verb == "DELETE":
            self._delete(path.removeprefix(base))
            return 204, None
        if path == f"{base}/Messages.json" and verb == "POST":
            return 201, self.messages.create(form).json(ACCOUNT)
        if found := re.fullmatch(rf"{base}/Messages/(SM[0-9a-f]{{32}})\.json", path):
            return 200, self.messages.fetch(found[1]).json(ACCOUNT)
        if path == f"{base}/Messages.json":
            messages = [each.json(ACCOUNT) for each in self.messages.list(asked)]
            return 200, page("messages", messages, path, asked)
        if verb == "GET" and (answer := self.calls.answer(path, asked, ACCOUNT)):
            return 200, answer
        return 200, self.resources.answer(verb, unquote(path), asked, form)

    def _delete(self, path: str) -> None:
        """Each reference's "Delete": 204 without a body."""
        found = re.fullmatch(r"/(Messages|Calls|Recordings)/((?:SM|CA|RE)[0-9a-f]{32})\.json", path)
        if not found:
            raise broken(f"DELETE {path} is not imitated")
        kinds = {
            "Messages": self.messages.delete,
            "Calls": self.calls.delete,
            "Recordings": self.calls.delete_recording,
        }
        kinds[found[1]](found[2])

    def _fail(self, request: Asked, name: str, fault: Fault) -> None:
        self.seen.append(Seen(name, 0, f"injected {fault.kind}"))
        match fault.kind:
            case "code":
                no = refusal(fault.code)
                request.send(no.status, no.body())
            case "status":
                request.send(fault.status, b"")
            case "not json":
                request.send_hotel_page()
            case "hang":
                self.hang(request)
            case "reset":
                request.reset()


def _name(verb: str, path: str) -> str:
    """A name such as "messages.create", or else the end of the path."""
    if path.endswith("/Messages.json"):
        return "messages.create" if verb == "POST" else "messages.list"
    if found := re.search(r"/(Messages|Calls|Recordings)(/[A-Z]{2}[0-9a-f]+)?\.json$", path):
        does = "delete" if verb == "DELETE" else "fetch" if found[2] else "list"
        return f"{found[1].lower()}.{does}"
    return re.sub(r"\.json$", "", path).rpartition("/")[2]
