"""PUBLIC_BASE_URL may have a path that a proxy strips: calls, texts, and the page work there."""

from dataclasses import replace

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp, Receive, Scope, Send
from support.caller import Caller
from support.clinic import SetClock, row
from support.patient_page import Patient, link_to
from support.patients import RefusingCalendar, To

from calendar_sync.bookings import free_times
from calendar_sync.bookings.booking import bookings_of_call
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.transport import InProcess
from voice.worker import work

BASE = "https://clinic.example/line"


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock, calendar: RefusingCalendar) -> Line:
    """A line with a staff phone behind the proxy."""
    changes = {"staff_number": "+14255550142", "public_base_url": BASE}
    line = line_on(Settings.load("demo").model_copy(update=changes), database, now)
    line = replace(line, clinic=replace(line.clinic, calendar=calendar))
    await free_times.refresh(line.clinic)
    return line


@pytest.fixture
def paths() -> list[str]:
    """The requested paths that the proxy forwarded."""
    return []


@pytest.fixture
def proxy(line: Line, paths: list[str]) -> ASGIApp:
    """A proxy that exposes the line below /line, and nothing else."""
    app = create_app(line)

    async def proxy(scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith("/line/"):
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b"another site"})
            return
        stripped = {
            "path": scope["path"].removeprefix("/line"),
            "raw_path": scope["raw_path"].removeprefix(b"/line"),
        }
        paths.append(scope["path"])
        await app({**scope, **stripped}, receive, send)

    return proxy


def caller_at(line: Line, proxy: ASGIApp, staff: Staff = Staff.NO_ANSWER) -> Caller:
    """A patient whose number's webhooks include the path."""
    caller = Caller(
        InProcess(proxy, BASE, line.settings.tokens[0]), CallerId("+14255550123"), staff
    )
    for webhook in ("incoming", "status", "fallback"):
        setattr(caller.player, webhook, f"{BASE}/voice/{webhook}")
    return caller


async def test_a_call_books_its_visit(line: Line, proxy: ASGIApp, to_the_times: To) -> None:
    """From the first key to the link in the text."""
    async with run_in_background(work(line.clinic)), caller_at(line, proxy) as caller:
        await to_the_times(caller)
        await caller.presses("1").presses("1").hears("You are booked.")
        await caller.presses("1")
        async with line.pool.connection() as conn:
            [booked] = await bookings_of_call(conn, caller.who.call_sid)
    assert booked.state == "booked"
    assert not caller.player.alarms
    assert line.texting.config.clinic.page == f"{BASE}/visit/"


async def test_staff_are_rung_and_asked(
    line: Line, proxy: ASGIApp, paths: list[str], now: SetClock
) -> None:
    """The staff document's URL includes the path too."""
    now.forward(hours=2)
    async with caller_at(line, proxy, Staff.ANSWERS) as caller:
        await caller.presses("0").hears("I will try the clinic now").hears_everything()
    assert {"/line/voice/whisper", "/line/voice/whispered"} <= set(paths)
    assert not caller.player.alarms


async def test_the_patients_page_works(line: Line, proxy: ASGIApp, to_the_times: To) -> None:
    """Links, files, forms, redirects and the cookie all start with the path."""
    async with run_in_background(work(line.clinic)), caller_at(line, proxy) as caller:
        await to_the_times(caller)
        await caller.presses("1").presses("1").hears("You are booked.")
        async with line.pool.connection() as conn:
            [booked] = await bookings_of_call(conn, caller.who.call_sid)
            patient = Patient(proxy, "/line" + await link_to(conn, booked.id))
    page = await patient.opens()
    assert page.status == 200
    assert "Path=/line/visit;" in page.headers["set-cookie"]
    ours = [link for link in page.links() if link.startswith("/")]
    assert len(ours) >= 5
    for link in ours:
        assert (await patient.opens(link)).status == 200, link
    cancelled = await patient.follows(await patient.sends("/cancel"))
    assert "This visit is canceled" in cancelled.text
    assert (await row(line.clinic, booked.id)).outcome == "patient"
