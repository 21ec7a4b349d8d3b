"""What happens when a page closes or loses its connection."""

import asyncio
import json
from urllib.parse import urlsplit

from playwright.async_api import Browser, expect
from support.browser import Opens, Visitor, page_of

from voice.bootstrap import Line

LISTEN = """() => new Promise((listens) => {
  const events = new EventSource("/phone/events");
  window.ended = new Promise((told) => events.addEventListener("ended", told));
  events.addEventListener("open", listens);
})"""
"""Listens to how calls end, those of other pages too."""


async def test_a_window_that_closes_hangs_up(opens: Opens) -> None:
    """The call ends when its page is closed."""
    calling, watching = await opens("sound=captions&speed=1"), await opens()
    await (await calling.calls()).hears("If this is an emergency")
    await watching.page.evaluate(LISTEN)
    await calling.page.close(run_before_unload=True)
    async with asyncio.timeout(120):  # else a call that goes on would hold the tests for ever
        told = await watching.page.evaluate("window.ended.then((told) => told.data)")
    assert json.loads(told)["why"] == "The caller hung up"


async def test_a_lost_connection_is_taken_up_again(visitor: Visitor) -> None:
    """The browser sends its last event id and gets what followed."""
    page = visitor.page
    await page.locator("#block-day").select_option("2026-12-01")
    await page.get_by_role("button", name="Block it").click()
    await visitor.sees_line_do("Staff blocked Tue, Dec 1")
    await page.route(
        "**/phone/events",
        lambda route: route.fulfill(
            content_type="text/event-stream", body="retry: 1\nid: 0\ndata: lost\n\n"
        ),
        times=1,
    )
    await page.reload()  # a fresh page is told nothing old, unless it says what it had
    await visitor.sees_line_do("Staff blocked Tue, Dec 1")


async def test_a_line_that_stops_is_said_to_and_so_is_its_return(
    line: Line, chrome: Browser
) -> None:
    """The current call ends, and the page says when calls are possible again."""
    page = await chrome.new_page()
    async with page_of(line) as url:
        visitor = await Visitor(page, url).opens("sound=captions&speed=1")
        await (await visitor.calls()).hears("If this is an emergency")
    said = page.locator("#connection")
    await expect(said).to_have_text("The line stopped. Start it again with make demo.")
    await expect(page.locator("#state")).to_have_text("The line stopped.")
    await expect(page.locator("#call")).to_have_text("Call again")
    await expect(page.locator("#call")).to_be_disabled()
    async with page_of(line, urlsplit(url).port or 0):
        await expect(said).to_have_text("The line is back. You can call again.")
        await visitor.calls()
        await page.locator("#call").click()
        await expect(page.locator("#state")).to_have_text("The caller hung up.")
        await page.close()
