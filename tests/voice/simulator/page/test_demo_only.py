"""Only a demo has the page, and other sites cannot use it."""

import json
import re
from collections.abc import Mapping

import pytest
from starlette.types import ASGIApp, Message, Scope
from support.clinic import span
from support.live_settings import LIVE

from calendar_sync.calendars.contract import Event
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.simulator.page.event_stream import MAX_SUBSCRIBERS
from voice.simulator.page.router import add_phone, demo_routes
from voice.simulator.page.session import Session
from voice.simulator.page.templates import FILES

CALL = b'{"number": "+14255550123"}'


def demo_app(line: Line) -> ASGIApp:
    """The application of a demo, with its page."""
    app = create_app(line)
    add_phone(app, line)
    return app


async def ask(
    app: ASGIApp, path: str, headers: Mapping[str, str], method: str = "GET", body: bytes = b""
) -> tuple[int, dict[str, str], str]:
    """Send a request without a browser; returns status, headers and body."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "client": None, "server": None,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(x.get("body", b"") for x in sent[1:]).decode()


async def test_the_live_line_has_no_page(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live line answers none of the page's paths."""
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    live = create_app(line_on(Settings.load("live"), line.pool))
    demo = demo_app(line)
    here = {"host": "127.0.0.1:8000", "content-type": "application/json"}
    for path in ("/phone", "/phone/events", "/phone/calendar", "/phone/files/main.js"):
        assert (await ask(live, path, here))[0] == 404
    for path in ("/phone/calls", "/phone/texts", "/phone/texts/reply", "/phone/texts/skip"):
        assert (await ask(live, path, here, "POST", CALL))[0] == 404
    assert (await ask(live, "/phone/clock", here, "POST", b'{"when": "now"}'))[0] == 404
    assert (await ask(demo, "/phone", here))[0] == 200
    assert (await ask(demo, "/phone/calendar", here))[0] == 200
    assert (await ask(demo, "/phone/texts", here, "POST", CALL))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:8000"},
        {"host": "127.0.0.1:8000", "origin": "https://evil.example"},
        {"host": "127.0.0.1:8000", "origin": "http://127.0.0.1:3000"},
        {"host": "127.0.0.1:8000", "origin": "null"},
    ],
)
async def test_other_sites_cannot_use_it(line: Line, headers: dict[str, str]) -> None:
    """Another origin, or a foreign host name for this computer, has no effect."""
    demo = demo_app(line)
    asked = {**headers, "content-type": "application/json"}
    for path in ("/phone/calls", "/phone/texts", "/phone/texts/skip"):
        assert (await ask(demo, path, asked, "POST", CALL))[0] == 403
    assert (await ask(demo, "/phone", headers))[0] == 403 or "origin" in headers


@pytest.mark.parametrize("host", ["[::1", "[", "[::1]]:80"])
async def test_a_malformed_host_is_a_bad_request(line: Line, host: str) -> None:
    """The request is invalid, and the line has not failed."""
    assert (await ask(demo_app(line), "/phone", {"host": host}))[0] == 400


async def test_the_first_address_leads_to_the_page(line: Line) -> None:
    """The demo prints only the local address; a live line has nothing there."""
    status, headers, _ = await ask(demo_app(line), "/", {"host": "127.0.0.1:8000"})
    assert (status, headers["location"]) == (307, "/phone")
    assert (await ask(create_app(line), "/", {"host": "127.0.0.1:8000"}))[0] == 404


async def test_a_demo_has_a_video_room(line: Line) -> None:
    """The link in the text, the patient page and the event lead to a page of the demo."""
    link = line.settings.video_url
    assert link == f"{line.settings.public_base_url}/phone/video-room"
    status, _, html = await ask(demo_app(line), "/phone/video-room", {"host": "localhost"})
    assert status == 200
    assert "Here your video screening would begin." in html


async def test_a_page_too_many_is_told(line: Line) -> None:
    """The event stream is refused with a reason."""
    app = create_app(line)
    session = Session(line, app)
    app.include_router(demo_routes(session))
    pages = [session.events.subscribe() for _ in range(MAX_SUBSCRIBERS)]
    for page in pages:
        await anext(page)
    status, _, body = await ask(app, "/phone/events", {"host": "localhost"})
    assert status == 503
    assert "close some of its tabs" in body
    for page in pages:
        await page.aclose()


async def test_the_token_stays_inside(line: Line) -> None:
    """The signing token is in no page and no file."""
    demo = demo_app(line)
    here = {"host": "localhost:8000"}
    told = [(await ask(demo, path, here))[2] for path in ("/phone", "/phone/calendar")]
    told += [file.read_text("utf-8") for file in FILES.values()]
    assert not any(token in text for token in line.settings.tokens for text in told)


async def test_every_address_is_a_local_path(line: Line) -> None:
    """Page, styles and scripts load nothing from another host and have nothing inline."""
    demo = demo_app(line)
    _, headers, html = await ask(demo, "/phone", {"host": "localhost"})
    texts = [html, *(file.read_text("utf-8") for file in FILES.values())]
    addresses = [found for text in texts for found in re.findall(r"https?://[^\s\"'`)]+", text)]
    assert {address for address in addresses if "www.w3.org" not in address} == set()
    assert all(
        link.startswith(("/phone", "#")) for link in re.findall(r'(?:src|href)="(.*?)"', html)
    )
    assert not re.search(r"<style|<script>|\sstyle=|\son\w+=", html)
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("placed", "remedy"),
    [
        ({"number": "911"}, "Number: write it with + and the country code, such as +14255550123."),
        ({"number": "+1425555012\u0663"}, "Number: write it with + and the country code"),
        ({"speed": 0}, "Speed: choose one from the list."),
        ({"keys": "1 x"}, "Keys to press: 'x'"),
        ({"staff": "?"}, "At the clinic: choose one from the list."),
        ([], "reload it"),
    ],
)
async def test_a_wrong_field_is_named_with_its_remedy(
    line: Line, placed: object, remedy: str
) -> None:
    """Nothing is changed, and the error says what to fix."""
    asked = {"host": "localhost", "content-type": "application/json"}
    body = json.dumps(placed).encode()
    status, _, told = await ask(demo_app(line), "/phone/calls", asked, "POST", body)
    assert status == 422
    assert remedy in json.loads(told)["detail"]


async def test_what_stands_in_an_event_is_text(line: Line) -> None:
    """Text from staff or callers is never rendered as HTML."""
    event = Event("abc0123", span("2026-12-01 09:00"), "<b>title</b>", "CALL: <img src=x>")
    await line.clinic.calendar.insert(event)
    demo = demo_app(line)
    for path in ("/phone/calendar", "/phone/calendar/abc0123"):
        status, _, html = await ask(demo, path, {"host": "localhost"})
        assert status == 200
        assert "&lt;b&gt;title" in html
        assert "<b>title" not in html
        assert "<img" not in html
