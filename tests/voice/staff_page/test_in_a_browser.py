"""In a real browser the staff page is accessible and works by keyboard on a small phone."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from support.browser import page_of
from support.clinic import requests
from support.staff_page import link_path

from voice.bootstrap import Line

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")


@pytest_asyncio.fixture
async def page(chrome: Browser) -> AsyncGenerator[Page]:
    """A small phone."""
    async with await chrome.new_context(
        viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    ) as context:
        yield await context.new_page()


async def troubles(page: Page) -> list[str]:
    """Violations that axe-core finds in both color schemes, and whether the page is too wide."""
    found = list[str]()
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        await page.evaluate(AXE.read_text("utf-8"))
        said: dict[str, Any] = await page.evaluate(
            "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
        )
        found += [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in said["violations"]]
    wide: int = await page.evaluate("document.documentElement.scrollWidth")
    return found if wide <= 360 else [*found, f"{wide} wide"]


async def test_staff_sign_in_and_work_by_keyboard(line: Line, page: Page) -> None:
    """Signing in, done, undo and signing out need only Tab and Enter."""
    path = await link_path(line)
    async with page_of(line) as url:
        await page.goto(url.removesuffix("/phone") + path)
        assert await troubles(page) == []
        await _tabs_to(page, "Sign in on this device")
        await page.keyboard.press("Enter")
        await expect(page.locator("#call-backs")).to_have_text("Call back (3)")
        assert await troubles(page) == []
        await _tabs_to(page, "Done: 425-555-0188, request 1")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("Request 1 is done.")
        assert await troubles(page) == []
        assert len(await requests(line.clinic)) == 2
        await _tabs_to(page, "Undo")
        await page.keyboard.press("Enter")
        await expect(page.locator("#call-backs")).to_have_text("Call back (3)")
        assert len(await requests(line.clinic)) == 3
        await _tabs_to(page, "Sign out")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("You are signed out")
        assert await troubles(page) == []
        await page.go_back()
        await expect(page.locator("h1")).to_have_text("You are not signed in")


async def _tabs_to(page: Page, name: str) -> None:
    """Press Tab until this button has the focus, at most 40 times."""
    button = page.get_by_role("button", name=name, exact=True)
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await button.evaluate("(one) => one === document.activeElement"):
            return
    message = f"Tab never reaches {name!r}"
    raise AssertionError(message)
