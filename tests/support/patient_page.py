"""A patient with a link and a browser that keeps cookies, but runs no script."""

import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from psycopg import AsyncConnection
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope

from voice.bootstrap import Line
from voice.visit_links import new_link


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    headers: Headers
    body: bytes

    @property
    def html(self) -> str:
        """The body as HTML."""
        return self.body.decode()

    @property
    def text(self) -> str:
        """The visible text of the page, on one line."""
        seen = re.sub(r"<head>.*?</head>|<[^>]*>", " ", self.html, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(seen)).strip()

    def links(self) -> list[str]:
        """The targets of its links."""
        return [unescape(to) for to in re.findall(r'href="([^"]*)"', self.html)]


@dataclass
class Patient:
    """Opens URLs in process and submits the forms found there."""

    app: ASGIApp
    path: str = ""
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    more: dict[str, str] = field(default_factory=dict[str, str])
    """Headers that its browser sends besides."""

    about: str = ""
    """The time that the last page with such a form was about."""

    async def opens(self, address: str = "", method: str = "GET") -> Answer:
        """Open a page by a relative path such as "/move", or a full one such as "/visit/x"."""
        base = self.path.partition("/visit/")[0]
        starts = (f"{base}/visit/", f"{base}/privacy", "/visit/", "/recordings", "/healthz")
        whole = address.startswith(starts) or address == "/visit"
        return await self._ask(address if whole else self.path + address, method)

    async def sends(self, address: str = "", *, key: str | None = None, **fields: str) -> Answer:
        """Submit a form, with the key from its page unless another is given."""
        if key is None:
            found = re.search(r'name="key" value="(\w+)"', (await self.opens()).html)
            key = found[1] if found else ""
            if not self.about:
                await self.opens("/cancel")
        body = urlencode({"key": key, "about": self.about, **fields}).encode()
        return await self._ask(self.path + address, "POST", body)

    async def follows(self, answer: Answer) -> Answer:
        """Follow all redirects."""
        while answer.status == 303:
            answer = await self.opens(answer.headers["location"])
        return answer

    async def _ask(self, address: str, method: str, body: bytes = b"") -> Answer:
        sent: list[Message] = []
        parts = urlsplit(address)
        named = {"host": "line.example", "content-type": "application/x-www-form-urlencoded"}
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": parts.path, "raw_path": parts.path.encode(), "root_path": "",
            "query_string": parts.query.encode(), "client": None, "server": None,
            "headers": [(k.encode(), v.encode()) for k, v in (named | self.more).items()],
        }  # fmt: skip
        await self.app(scope, receive, send)
        headers = Headers(raw=list(sent[0]["headers"]))
        for kept in SimpleCookie(headers.get("set-cookie", "")).values():
            self.cookies[kept.key] = kept.value
        whole = b"".join(part.get("body", b"") for part in sent[1:])
        if found := re.search(rb'name="about" value="([^"]*)"', whole):
            self.about = unescape(found[1].decode())
        return Answer(sent[0]["status"], headers, whole)


async def link_to(conn: AsyncConnection, visit: int) -> str:
    """The path of a new link to this visit's page."""
    return f"/visit/{await new_link(conn, visit)}"


async def patient_of(line: Line, app: ASGIApp, visit: int) -> Patient:
    """The patient of this visit, with a link."""
    async with line.pool.connection() as conn:
        return Patient(app, await link_to(conn, visit))
