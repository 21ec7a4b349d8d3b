"""Security of the pages that people open: headers, and protection against forged forms.

Each form carries a key that only the reader's own browser can have: the page sets a random value
in a cookie that no other site's requests carry (SameSite=Strict), and the form's key is the HMAC
of what the form is about under that value. So there is no secret for us to keep or to share
between processes.

A browser also says where a form was sent from. `Sec-Fetch-Site` must be "same-origin" if it is
sent. `Origin` is compared only if it names a site: because our pages send no referrer, browsers
send "null" with our own forms.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

import psycopg
import structlog
from fastapi import Request, Response
from psycopg_pool import PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voice.request_body import bounded_body

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}
FIELD = "key"
MAX_BYTES = 16 * 1024
MAX_FIELDS = 20
_COOKIE_LENGTH = 22


@dataclass(frozen=True, slots=True)
class FormCookie:
    """The cookie of the pages below ``/name``; a browser keeps it until it is closed."""

    name: str

    def key(self, request: Request) -> str:
        """The random value in this browser's cookie; a new one if it has none."""
        brought = request.cookies.get(self.name, "")
        return brought if len(brought) == _COOKIE_LENGTH else secrets.token_urlsafe(16)

    def give(self, response: Response, key: str, public_url: str) -> None:
        """Set the cookie for these pages only; over https only, where the line has it."""
        public = urlsplit(public_url)
        response.set_cookie(
            self.name,
            key,
            path=f"{public.path}/{self.name}",
            secure=public.scheme == "https",
            httponly=True,
            samesite="strict",
        )

    def is_ours(
        self, request: Request, form: Mapping[str, str], about: str, public_url: str
    ) -> bool:
        """Whether the form was sent by our own page, in this browser, about the same thing."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return False
        here = {_origin(public_url), f"{request.url.scheme}://{request.headers.get('host', '')}"}
        if request.headers.get("origin", "null") not in here | {"null"}:
            return False
        brought = request.cookies.get(self.name, "")
        expected = form_key(brought, about).encode()
        return bool(brought) and hmac.compare_digest(expected, form.get(FIELD, "").encode())


def form_key(key: str, about: str) -> str:
    """The key that a form from this browser must carry; ``about`` is what the form is for."""
    return hmac.new(key.encode(), about.encode(), sha256).hexdigest()


async def form_of(request: Request) -> dict[str, str] | None:
    """The fields of a form, the first of each name; None if it is larger than any of ours."""
    body = await bounded_body(request, MAX_BYTES)
    if body is None:
        return None
    try:
        fields = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return None
    return dict(reversed(fields))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Sealed:
    """ASGI middleware for the pages below some folders: security headers, a page for a failure.

    ``failed`` makes that page, from the request and the status: 503 when the database does not
    answer, else 500. ``name`` is what log lines call these pages.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        name: str,
        folders: tuple[str, ...],
        public_url: str,
        failed: Callable[[Request, int], Response],
    ) -> None:
        self._app, self._name, self._folders, self._failed = app, name, folders, failed
        secure = public_url.startswith("https://")
        self._headers = HEADERS | (STRICT_TRANSPORT if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; those of other routes are passed on."""
        if scope["type"] != "http" or _folder(scope) not in self._folders:
            await self._app(scope, receive, send)
            return
        begun = False

        async def sealed(part: Message) -> None:
            nonlocal begun
            if part["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=part).update(self._headers)
            await send(part)

        try:
            await self._app(scope, receive, sealed)
        except Exception as error:
            if begun:
                raise
            status = 500
            if isinstance(error, psycopg.OperationalError | PoolTimeout):
                status = 503
                log.warning("a page cannot be shown: the database does not answer", page=self._name)
            else:
                log.exception("a page failed", page=self._name)
            await self._failed(Request(scope), status)(scope, receive, sealed)


def _folder(scope: Scope) -> str:
    """The first part of the path."""
    path: str = scope["path"]
    return path.removeprefix("/").partition("/")[0]
