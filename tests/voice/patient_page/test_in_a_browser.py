"""In a real browser the page is accessible, works by keyboard, and loads nothing external."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from psycopg_pool import AsyncConnectionPool
from support.browser import page_of
from support.clinic import SetClock, confirmed, own_event, span
from support.waiting import frees, patient_with_visit

from calendar_sync.bookings import free_times
from calendar_sync.sync.insert import insert
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.settings import Settings
from voice.visit_links import new_link
from voice.worker import work

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock) -> AsyncGenerator[Line]:
    """A clinic with a video room and a worker."""
    line = line_on(Settings.load("demo"), database, now)
    line = replace(line, clinic=replace(line.clinic, video_url="https://video.example/room"))
    async with run_in_background(work(line.clinic)):
        yield line


@pytest_asyncio.fixture
async def visit(line: Line) -> int:
    """A visit in the calendar."""
    booked = await confirmed(line.clinic, span("2026-12-01 09:00"))
    await insert(line.clinic, booked)
    await free_times.refresh(line.clinic)
    return booked


@pytest_asyncio.fixture
async def page(chrome: Browser, asked: list[str], troubles: list[str]) -> AsyncGenerator[Page]:
    """A phone in New York with dark mode and reduced motion."""
    async with await chrome.new_context(
        viewport={"width": 360, "height": 740}, timezone_id="America/New_York",
        color_scheme="dark", reduced_motion="reduce", locale="en-US",
    ) as context:  # fmt: skip
        page = await context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console", lambda said: troubles.append(said.text) if said.type == "error" else None
        )
        yield page


@pytest.fixture
def asked() -> list[str]:
    """Every requested URL."""
    return []


@pytest.fixture
def troubles() -> list[str]:
    """Errors from scripts and the console."""
    return []


async def fits(page: Page, *schemes: Literal["light", "dark"]) -> list[str]:
    """Violations that axe-core finds in these color schemes, and elements wider than the phone."""
    found = list[str]()
    for scheme in schemes or ("dark",):
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(AXE.read_text("utf-8"))
        said: dict[str, Any] = await page.evaluate(
            "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
        )
        found += [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in said["violations"]]
    wide: int = await page.evaluate("document.documentElement.scrollWidth")
    return found if wide <= 360 else [*found, f"{wide} wide"]


class Pages:
    """The pages of a visit, turned by the Enter key."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def enters(self, role: Literal["link", "button"], name: str) -> None:
        """Press Enter on a link or a button, and wait for the next page."""
        await self._turned(self.page.get_by_role(role, name=name))

    async def writes(self, email: str) -> None:
        """Enter an email and submit the form."""
        await self.page.locator("#email").fill(email)
        await self._turned(self.page.locator("#email"))

    async def _turned(self, focus: Locator) -> None:
        async with self.page.expect_navigation():
            await focus.press("Enter")
        # On its way to the part of the page that the address names, a browser takes focus away.
        await self.page.evaluate(_TWO_FRAMES)


_TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


async def test_a_patient_moves_and_cancels_by_keyboard(
    line: Line, visit: int, page: Page, asked: list[str], troubles: list[str]
) -> None:
    """Every page on the way is accessible in both schemes and languages on a small phone."""
    async with line.pool.connection() as conn:
        token = await new_link(conn, visit)
    async with page_of(line) as url:
        address = f"{url.removesuffix('/phone')}/visit/{token}"
        await page.goto(address)
        pages = Pages(page)
        await expect(page.locator("#here")).to_have_text(
            "On this device's clock: Tuesday, December 1 at 12:00 PM EST"
        )
        assert await fits(page, "dark", "light") == []
        await pages.writes("ana@")
        await expect(page.locator("#email")).to_be_focused()
        await expect(page.locator("#email")).to_have_value("ana@")
        assert await fits(page) == []
        assert [each for each in troubles if "422" not in each] == []
        troubles.clear()
        await pages.writes("ana@example.com")
        await expect(page.locator(".said")).to_have_text("Thank you. It is saved.")
        await pages.enters("link", "Move to another time")
        await pages.enters("link", "Wed 2 Dec")
        assert await fits(page, "light") == []
        await pages.enters("button", "10:00 AM")
        assert await fits(page) == []
        await pages.enters("button", "Yes, move my visit")
        await expect(page.get_by_role("status")).to_have_text("Your visit is moved.")
        assert (await own_event(line.clinic, visit)).span == span("2026-12-02 10:00")
        await pages.enters("link", "Español")
        await expect(page.locator("h1")).to_have_text("Su cita por video")
        await pages.enters("link", "Cancelar esta cita")
        assert await fits(page) == []
        await pages.enters("button", "Sí, cancelar mi cita")
        await expect(page.locator("h1")).to_have_text("Esta cita está cancelada")
        assert await fits(page) == []
        weight: int = await page.evaluate(
            "[...performance.getEntries()].reduce((sum, each) => sum + (each.transferSize || 0), 0)"
        )
        assert 0 < weight < 50_000
    assert troubles == []
    assert {urlsplit(each).hostname for each in asked} == {"127.0.0.1"}


async def test_the_waiting_list_by_keyboard(line: Line, page: Page, troubles: list[str]) -> None:
    """Joining it, an offered time, the safety questions and a stop, on a small phone."""
    other = await patient_with_visit(line.clinic, span("2026-12-01 09:00"), 5)
    visit = await patient_with_visit(line.clinic, span("2026-12-10 10:00"), 0)
    async with line.pool.connection() as conn:
        token = await new_link(conn, visit)
    async with page_of(line) as url:
        base = f"{url.removesuffix('/phone')}/visit"
        await page.goto(f"{base}/{token}")
        pages = Pages(page)
        assert await fits(page) == []
        await pages.enters("button", "Text me about earlier times")
        await expect(page.get_by_text("You are on the waiting list")).to_be_visible()
        assert await fits(page, "dark", "light") == []
        async with line.pool.connection() as conn:
            await conn.execute("UPDATE waiting_list SET safety_at = safety_at - interval '20 days'")
        await frees(line.clinic, other)
        async with line.pool.connection() as conn:
            rows = await conn.execute("SELECT booking FROM waiting_offer")
            [held] = await rows.fetchone() or [0]
            token = await new_link(conn, held)
        await page.goto(f"{base}/{token}")
        assert await fits(page, "dark", "light") == []
        await pages.enters("button", "Take this time")
        await expect(page.locator("h1")).to_have_text("First, a few safety questions")
        assert await fits(page, "dark", "light") == []
        for question in await page.locator("fieldset").all():
            await question.get_by_label("No to all").check()
        await page.locator("fieldset").nth(0).get_by_label("Yes to any").check()
        await pages.enters("button", "Go on")
        await expect(page.locator("h1")).to_have_text("Please read this now")
        assert await fits(page, "dark", "light") == []
        await page.goto(f"{base}/{token}")
        await expect(page.locator("h1")).to_have_text("That time has gone")
        assert await fits(page, "dark", "light") == []
    assert troubles == []


async def test_the_page_works_without_script(line: Line, visit: int, chrome: Browser) -> None:
    """In the clinic's own zone the script has nothing to add."""
    async with line.pool.connection() as conn:
        token = await new_link(conn, visit)
    async with page_of(line) as url:
        address = f"{url.removesuffix('/phone')}/visit/{token}"
        for script, zone in ((False, "America/New_York"), (True, "America/Los_Angeles")):
            async with await chrome.new_context(
                java_script_enabled=script, timezone_id=zone
            ) as context:
                page = await context.new_page()
                await page.goto(address)
                await expect(page.locator("#here")).to_be_hidden()
                await expect(page.get_by_text("9:00 AM", exact=True)).to_be_visible()
