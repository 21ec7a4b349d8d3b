"""The player's requests are signed like Twilio's, in process and over HTTP."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest
from support.tiny_line import BASE, TOKEN

from voice.simulator.transport import NOTHING_CAME, InProcess, OverHttp, Post
from voice.twilio_signature import is_twilios

FORM = (("CallSid", "CA1"), ("FromCity", ""), ("Digits", "1#"), ("Name", "Peña & Ünal"))


class Checking:
    """Answers 200 to signed requests and 403 to others."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401  # ASGI
        """Check a request as the line does: public URL, raw path, query."""
        fields = parse_qsl((await receive())["body"].decode(), keep_blank_values=True)
        url = BASE + scope["raw_path"].decode() + "?" + scope["query_string"].decode()
        signature = dict(scope["headers"])[b"x-twilio-signature"].decode()
        status = 200 if is_twilios(url, fields, signature, [TOKEN]) else 403
        headers = [(b"content-type", b"text/xml")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        path = scope["path"].encode()
        await send({"type": "http.response.body", "body": path, "more_body": True})
        await send({"type": "http.response.body", "body": b"!"})


class Web(BaseHTTPRequestHandler):
    """The same over HTTP; /moved redirects."""

    def do_POST(self) -> None:  # the name that http.server calls
        """Handle a POST request."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        url = f"http://{self.headers['Host']}{self.path}"
        fields = parse_qsl(body, keep_blank_values=True)
        right = is_twilios(url, fields, self.headers["X-Twilio-Signature"], [TOKEN])
        self.send_response((302 if self.path == "/moved" else 200) if right else 403)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""


@contextmanager
def a_web_server() -> Generator[str]:
    """The address of a server that runs during the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_request_in_process_is_signed_for_the_public_address() -> None:
    """https://www.twilio.com/docs/usage/security: the url with its query, and every field."""
    post = InProcess(Checking(), BASE, TOKEN)
    answer = asyncio.run(post(f"{BASE}/voice/a%20b?at=x&turn=0#rc=2", FORM))
    assert (answer.status, answer.body) == (200, b"/voice/a b!")


def test_a_wrong_token_is_refused() -> None:
    """A request with the wrong token is refused."""
    answer = asyncio.run(InProcess(Checking(), BASE, "wrong")(f"{BASE}/voice?x=1", FORM))
    assert answer.status == 403


@pytest.mark.parametrize(("token", "status"), [(TOKEN, 200), ("wrong", 403)])
def test_a_request_over_http_is_signed_too(token: str, status: int) -> None:
    """The demo checks signatures of the terminal's calls too."""
    with a_web_server() as address:
        answer = asyncio.run(OverHttp(address, token)(f"{address}/voice/turn?at=x#rc=2", FORM))
    assert (answer.status, answer.content_type) == (status, "text/xml")


def test_a_redirect_over_http_is_not_followed() -> None:
    """A redirect would turn the POST into a GET without fields, so it counts as an error."""
    with a_web_server() as address:
        assert asyncio.run(OverHttp(address, TOKEN)(f"{address}/moved", FORM)).status == 302


def test_a_line_that_is_not_there_is_an_answer() -> None:
    """No exception is raised, and the player goes on to the fallback."""
    with a_web_server() as address:
        pass
    assert asyncio.run(OverHttp(address, TOKEN)(f"{address}/voice", FORM)) == NOTHING_CAME


@pytest.mark.parametrize(
    "post", [OverHttp("http://127.0.0.1:1", TOKEN), InProcess(Checking(), BASE, TOKEN)]
)
def test_no_other_host_is_asked(post: Post) -> None:
    """A document cannot direct signed requests to another host."""
    assert asyncio.run(post("https://other.example/voice", FORM)) == NOTHING_CAME


def test_the_token_goes_to_no_other_machine() -> None:
    """Calls over HTTP go only to this computer."""
    with pytest.raises(ValueError, match="not on this computer"):
        OverHttp("https://line.example", TOKEN)
