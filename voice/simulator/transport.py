"""Signed form POSTs to the line, in process or over HTTP on this computer."""

import asyncio
import logging
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Protocol
from urllib.parse import unquote, urldefrag, urlencode, urlsplit

from voice.twilio_signature import sign

Form = Sequence[tuple[str, str]]
_FORM_TYPE = "application/x-www-form-urlencoded"
_log = logging.getLogger(__name__)

_Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]],
    Awaitable[None],
]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. Status 0: there was none."""

    status: int
    content_type: str
    body: bytes


NOTHING_CAME = Answer(0, "", b"")


class Post(Protocol):
    """Posts to the line. Requests are signed for ``base_url``, its public URL."""

    @property
    def base_url(self) -> str:
        """The public URL, without a slash at the end."""
        ...

    async def __call__(self, url: str, form: Form) -> Answer:
        """Post to an absolute URL of the line; a failure is an Answer, never an exception."""
        ...


@dataclass(frozen=True, slots=True)
class InProcess:
    """Calls the application directly, without a socket."""

    app: AsgiApp
    base_url: str
    token: str

    async def __call__(self, url: str, form: Form) -> Answer:
        """Post as a server would; an exception in the application becomes an HTTP 500."""
        url = urldefrag(url).url
        if not url.startswith(self.base_url + "/"):
            return NOTHING_CAME
        address, body = urlsplit(url), urlencode(form).encode()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": address.scheme,
            "path": unquote(address.path),
            "raw_path": address.path.encode(),
            "root_path": "",
            "query_string": address.query.encode(),
            "headers": [
                (b"host", address.netloc.encode()),
                (b"content-type", _FORM_TYPE.encode()),
                (b"content-length", str(len(body)).encode()),
                (b"x-twilio-signature", sign(url, form, self.token).encode()),
            ],
            "client": ("127.0.0.1", 0),
            "server": (address.hostname, address.port or 443),
        }
        requests = iter([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[_Message] = []

        async def receive() -> _Message:
            await asyncio.sleep(0)
            return next(requests, {"type": "http.disconnect"})

        async def send(message: _Message) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        try:
            await self.app(scope, receive, send)
        except Exception:  # noqa: BLE001  # as a server does with any application
            _log.exception("the line raised an exception at %s", address.path)
            return Answer(500, "text/plain", b"")
        return _gathered(sent)


def _gathered(sent: list[_Message]) -> Answer:
    """The response in the messages of an ASGI application."""
    if not sent:
        return NOTHING_CAME
    headers = {name.lower(): value for name, value in sent[0].get("headers", ())}
    content_type: bytes = headers.get(b"content-type", b"")
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], content_type.decode("latin-1"), body)


@dataclass(frozen=True, slots=True)
class OverHttp:
    """Posts over HTTP to a line on this computer; other URLs are not requested."""

    base_url: str
    token: str
    timeout: float = 15.0
    """Seconds, as at Twilio: https://www.twilio.com/docs/api/errors/11205."""

    def __post_init__(self) -> None:
        """Refuse other hosts: the token belongs to the line on this computer."""
        if urlsplit(self.base_url).hostname not in {"127.0.0.1", "::1", "localhost"}:
            message = f"{self.base_url} is not on this computer; start the line here first."
            raise ValueError(message)

    async def __call__(self, url: str, form: Form) -> Answer:
        """Post without following redirects: Twilio would drop the form fields too."""
        url = urldefrag(url).url
        if not url.startswith(self.base_url + "/"):
            return NOTHING_CAME
        return await asyncio.to_thread(self._post, url, form)

    def _post(self, url: str, form: Form) -> Answer:
        headers = {"Content-Type": _FORM_TYPE, "X-Twilio-Signature": sign(url, form, self.token)}
        request = urllib.request.Request(url, urlencode(form).encode(), headers)  # noqa: S310
        try:
            with _OPENER.open(request, timeout=self.timeout) as came:
                return Answer(came.status, came.headers.get("content-type", ""), came.read())
        except urllib.error.HTTPError as refused:
            with refused:
                content_type = refused.headers.get("content-type", "")
                return Answer(refused.code, content_type, refused.read())
        except (OSError, HTTPException):
            return NOTHING_CAME


def _plain_opener() -> urllib.request.OpenerDirector:
    """Plain HTTP without a proxy; redirects are returned, not followed."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPDefaultErrorHandler())
    opener.add_handler(urllib.request.HTTPErrorProcessor())
    return opener


_OPENER = _plain_opener()
