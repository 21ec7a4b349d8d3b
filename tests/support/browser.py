"""A real browser on a demo's page: the installed Chromium, and a line that serves the page."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, Protocol

import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect

from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line
from voice.flows.clinical_wording import BEFORE_BOOKING
from voice.server import held_port
from voice.simulator.page.router import add_phone

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "no Chromium on this computer; apt-get install chromium brings it"
_QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync",
          # A process for the address bar that nobody sees: a second of CPU for each context. The
          # flag replaces Playwright's, so what would ask other hosts is named again.
          ("--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AimEnabled,HttpsUpgrades,"
           "NetworkTimeServiceQuerying,OptimizationHints,PreconnectToSearch,Translate"),
          ]  # fmt: skip
_UNTIL = """(given) => new Promise((done) => {
  const page = { childList: true, subtree: true, characterData: true, attributes: true };
  const changed = new MutationObserver(() => look());
  const look = () => { if ((%s)(given)) { changed.disconnect(); done(); } };
  changed.observe(document.body, page);
  look();
})"""
"""Waits for a condition, looked at whenever the page changes; `expect` looks twice a second."""
_HEARD = """(words) => {
  const plain = (text) => text.replace(/\\s+/g, " ").trim().toLowerCase();
  let said = document.querySelector("#captions").lastElementChild;
  for (; said && !said.classList.contains("pressed"); said = said.previousElementSibling) {
    const spoken = said.classList.contains("says") ? plain(said.textContent) : "";
    if (spoken.includes(plain(words))) return true;
  }
  return false;
}"""
_ENTERED = "(entries) => document.querySelectorAll('.pressed').length === entries"
_SECONDS = 120

expect.set_options(timeout=1000 * _SECONDS)
FOOT = (("Right, 2", "2"), ("Years, 3", "3"), ("Yes, 1", "1"), ("No, 2", "2"), ("Yes, 1", "1"))
TO_THE_TIMES = " ".join(["1", *("2" for _ in BEFORE_BOOKING), *(key for _, key in FOOT), "7%23"])
"""The keys of a link that goes as far as `Visitor.to_the_times`, without clicks."""


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """A headless browser."""
    asked = [*_QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=asked, headless=True
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def page_of(line: Line, port: int = 0) -> AsyncGenerator[str]:
    """Serve the line on a given or free port; returns the address of its page."""
    app = create_app(line)
    close = add_phone(app, line)
    server = _Server(uvicorn.Config(app, lifespan="off", log_config=None, ws="none"))
    with held_port("127.0.0.1", port) as held:
        async with run_in_background(server.serve(sockets=[held])):
            await server.up.wait()
            try:
                yield f"http://127.0.0.1:{held.getsockname()[1]}/phone"
            finally:
                close()
                server.should_exit = True
                await server.down.wait()


class _Server(uvicorn.Server):
    """A server that does not touch this process's signal handlers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up, self.down = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and signal that the server is ready."""
        await super().startup(sockets)
        self.up.set()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until stopped."""
        await self._serve(sockets)
        self.down.set()


class Opens(Protocol):
    """Opens the page in a new browser context."""

    def __call__(self, words: str = ..., **options: Any) -> Awaitable["Visitor"]:  # noqa: ANN401  # as playwright's
        """Open the page by a link; ``options`` are those of a Playwright context."""
        ...


class Visitor:
    """A visitor to the page, who reads the captions and clicks the keys."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self._url = page, url

    async def opens(self, words: str = "sound=captions&speed=500&waits=1") -> "Visitor":
        """Open the page by a link, which may have a query."""
        await self.page.goto(f"{self._url}#{words}")
        await expect(self.page.locator(".week")).to_be_visible()
        return self

    async def chooses(self, name: str, value: str) -> "Visitor":
        """Choose one of the collapsed options."""
        options = self.page.locator("#options")
        await options.evaluate("(box) => (box.open = true)")
        await self.page.locator(f"#{name}").select_option(value)
        await options.evaluate("(box) => (box.open = false)")
        return self

    async def calls(self) -> "Visitor":
        """Press the call button."""
        await self.page.locator("#call").click()
        await expect(self.page.locator("#phone")).to_contain_class("on-call")
        return self

    async def hears(self, words: str) -> "Visitor":
        """Wait until these words have begun since the last key."""
        await self.until(_HEARD, words)
        return self

    async def presses(self, keys: str) -> "Visitor":
        """Click the keys, and check that they were taken as one entry."""
        taken = self.page.locator(".pressed")
        before = await taken.count()
        for key in keys:
            await self.page.locator(f'.key[data-key="{key}"]').click()
        await self.until(_ENTERED, before + 1)
        return self

    async def to_the_times(self) -> "Visitor":
        """Go from the greeting to the offers: no danger signs, and foot pain."""
        await (await self.hears("press 1")).presses("1")
        for _ in BEFORE_BOOKING:
            await (await self.hears("No to all")).presses("2")
        for words, key in FOOT:
            await (await self.hears(words)).presses(key)
        await (await self.hears("From 1 to 10")).presses("7#")
        return await self.hears("In Pacific time")

    async def books(self, key: str) -> "Visitor":
        """Go from the offers to a booking, up to the consent question."""
        await self.presses(key)
        await (await self.hears("To book it, press 1")).presses("1")
        await (await self.hears("You are booked")).presses("1")
        await (await self.hears("No to all")).presses("2")
        return await self.hears("For yes")

    async def sees_line_do(self, words: str) -> "Visitor":
        """Wait until the activity panel shows this."""
        await expect(self.page.locator("#did")).to_contain_text(words)
        return self

    async def texts(self, words: str) -> "Visitor":
        """Text the clinic from the patient's phone."""
        await self.page.locator("#reply-words").fill(words)
        await self.page.locator("#reply-words").press("Enter")
        await expect(self.page.locator(".bubble.patient").last).to_contain_text(words)
        return self

    async def until(self, condition: str, given: object = None) -> None:
        """Wait for a condition, a JavaScript function of `given`, however short it holds."""
        try:
            async with asyncio.timeout(_SECONDS):
                await self.page.evaluate(_UNTIL % condition, given)
        except TimeoutError:
            shown = await self.page.locator("#captions").inner_text()
            message = f"{given!r} does not come after:\n{shown}"
            raise AssertionError(message) from None

    async def gets(self, words: str) -> "Visitor":
        """Wait until the newest text on the patient's phone says this."""
        await expect(self.page.locator(".bubble.clinic").last).to_contain_text(words)
        return self
