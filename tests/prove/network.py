"""Twilio's side of the webhooks: signed, over HTTP, repeated only where Twilio repeats.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides. A failed connect
is tried once more; other faults only when the address asks for it in its fragment, as in
"#rc=2&rp=ct,5xx". A request may also arrive twice: that happens here at random.
"""

import asyncio
import random
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urldefrag, urlencode, urlsplit

from voice.simulator.transport import NOTHING_CAME, Answer, Form
from voice.twilio_signature import sign

BASE, TOKEN = "https://line.example.org", "token"  # of the stand-in
GIVES_UP = 15.0
"""Seconds that Twilio waits: https://www.twilio.com/docs/api/errors/11205."""

_OK = 200
_TRY_SECONDS, _TRY_INTERVAL = 8.0, 0.2
"""`lb_try_duration` and `lb_try_interval` of deploy/Caddyfile, which waits for a restart."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; status 0: none came. `twin` was sent at the same time."""

    url: str
    form: Form
    status: int
    body: str
    seconds: float
    twin: str | None = None
    """The other answer's body, when the request was sent twice and both were answered."""


@dataclass(frozen=True, slots=True)
class _Came:
    """What one request got; `seconds` are counted from its connection."""

    answer: Answer
    connected: bool
    seconds: float


_NOTHING = _Came(NOTHING_CAME, connected=False, seconds=0)


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a browser; `to`: where it redirects, "" for nowhere."""

    path: str
    status: int
    to: str
    html: str
    cookie: str


@dataclass
class Network:
    """Posts to one of the web processes, and keeps every exchange."""

    ports: Callable[[], Sequence[int]]
    chance: random.Random
    doubled: float = 0.03
    """The share of requests that arrive twice at once."""
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    base_url: str = BASE

    async def __call__(self, url: str, form: Form) -> Answer:
        """As the simulator's player posts."""
        address, overrides = urldefrag(url)
        asked = parse_qs(overrides)
        repeats = asked.get("rp", ["ct"])[0].split(",")
        came, twin = _NOTHING, None
        for _ in range(1 + int(asked.get("rc", ["1"])[0])):
            came, twin = await self._once(address, form)
            failed = came.answer.status >= 500 and {"5xx", "all"} & {*repeats}
            if came.connected and not failed:
                break
            await asyncio.sleep(0.3)
        answer = came.answer
        body = answer.body.decode("utf-8", "replace")
        self.exchanges.append(Exchange(address, form, answer.status, body, came.seconds, twin))
        return answer

    async def _once(self, address: str, form: Form) -> tuple[_Came, str | None]:
        if self.chance.random() >= self.doubled:
            return await self._post(address, form), None
        first, second = await asyncio.gather(self._post(address, form), self._post(address, form))
        both = first.answer.status == second.answer.status == _OK
        return first, second.answer.body.decode("utf-8", "replace") if both else None

    async def _post(self, address: str, form: Form) -> _Came:
        where, body = urlsplit(address), urlencode(form)
        head = (
            f"POST {where.path}{'?' if where.query else ''}{where.query} HTTP/1.1\r\n"
            f"Host: {where.netloc}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {sign(address, form, TOKEN)}\r\n\r\n"
        )
        connected = await self._connect()
        if connected is None:
            return _NOTHING
        (reader, writer), began, answer = connected, time.monotonic(), NOTHING_CAME
        with suppress(OSError, TimeoutError):
            writer.write((head + body).encode())
            answer = _read(await asyncio.wait_for(reader.read(), GIVES_UP))
        writer.close()
        return _Came(answer, connected=True, seconds=time.monotonic() - began)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """A connection to any of the web processes; tried for as long as in deploy/Caddyfile."""
        until = time.monotonic() + _TRY_SECONDS
        while True:
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", self.chance.choice(self.ports()))
            if time.monotonic() > until:
                return None
            await asyncio.sleep(_TRY_INTERVAL)

    async def browse(self, path: str, form: Form | None, cookie: str) -> Page:
        """Open a page of the line in a browser, or send a form from one; status 0: no answer."""
        body = "" if form is None else urlencode(form)
        head = (
            f"{'GET' if form is None else 'POST'} {path} HTTP/1.1\r\n"
            f"Host: {urlsplit(BASE).netloc}\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\nCookie: {cookie}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        came = b""
        if connected := await self._connect():
            with suppress(OSError, TimeoutError):
                connected[1].write((head + body).encode())
                came = await asyncio.wait_for(connected[0].read(), GIVES_UP)
            connected[1].close()
        lines, _, html = came.decode("utf-8", "replace").partition("\r\n\r\n")
        headers = {
            name.lower(): value for name, value in re.findall(r"(?m)^([\w-]+): (.*)$", lines)
        }
        status = re.match(r"HTTP/1\.1 (\d{3})", lines)
        kept = headers.get("set-cookie", cookie).partition(";")[0].strip()
        to = headers.get("location", "").strip()
        return Page(path, int(status[1]) if status else 0, to, html, kept)


def _read(raw: bytes) -> Answer:
    """An answer, unless it was cut off."""
    head, found, body = raw.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.1 (\d{3})", head)
    length = re.search(rb"(?i)content-length: (\d+)", head)
    kind = re.search(rb"(?i)content-type: ([^\r]*)", head)
    if not found or not status or (length and int(length[1]) != len(body)):
        return NOTHING_CAME
    return Answer(int(status[1]), kind[1].decode() if kind else "", body)


async def get(port: int, path: str) -> str:
    """The body of an answer to this computer, or why there is none."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
    except (OSError, TimeoutError) as trouble:
        return type(trouble).__name__
    return answer.decode().rpartition("\r\n\r\n")[2].strip()
