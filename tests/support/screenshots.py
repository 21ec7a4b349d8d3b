"""Creates the README pictures phone.png, calendar.png and visit.png in docs/.

`make screenshots TO=folder` also shows the page narrow, and in light and dark, to look at it.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, expect
from support.browser import CHROMIUM, MISSING, Visitor, chromium, page_of

from voice.bootstrap import Line, open_line
from voice.clock import utc_now
from voice.settings import Settings
from voice.simulator.demo_clock import DemoClock, with_demo_defaults
from voice.visit_links import new_link

DOCS = Path(__file__).parents[2] / "docs"
MORNING = datetime(2026, 11, 30, 17, 12, tzinfo=UTC)
FIRST_PART = "sound=captions&speed=40&waits=1"
WIDE, MIDDLE, NARROW = (1366, 768), (1280, 720), (360, 740)


async def main(extra: Path | None) -> None:
    """Start a line on a Monday morning and make a booking or two."""
    began = utc_now()
    with tempfile.TemporaryDirectory() as folder:
        settings = with_demo_defaults(Settings.load("demo"), MORNING.date())
        settings = settings.model_copy(update={"data_dir": Path(folder)})
        clock = DemoClock(lambda: MORNING + (utc_now() - began))
        async with open_line(settings, clock) as line, page_of(line) as url, chromium() as browser:
            await for_the_readme(browser, url)
            await for_the_patient(line, browser, url)
            if extra is not None:
                await to_look_at(browser, url, extra)


async def visit(browser: Browser, url: str, size: tuple[int, int], scheme: str) -> Visitor:
    """Open the page in a window of this size, at double resolution."""
    page = await browser.new_page(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=1.5,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    return await Visitor(page, url).opens(FIRST_PART)


async def for_the_readme(browser: Browser, url: str) -> None:
    """Show a booking in the week with its note, then its texts and the next booking."""
    visitor = await visit(browser, url, WIDE, "light")
    page = visitor.page
    await page.locator("#block-day").select_option("2026-12-02")
    await page.locator("#block button").click()
    await visitor.chooses("caller", "known")
    await expect(page.locator(".event.booking")).to_have_count(1)
    await visitor.chooses("caller", "mobile")
    await booked(visitor, "2")
    await visitor.texts("C")
    await expect(page.locator(".bubble.clinic")).to_have_count(2)
    await expect(page.locator("#note")).to_contain_text("TEXTS: yes")
    await page.mouse.move(0, 0)
    await page.locator("#calendar").screenshot(path=DOCS / "calendar.png")
    await (await visitor.calls()).to_the_times()
    await visitor.hears("press 2")
    await page.locator("#note [data-close]").click()
    await page.evaluate("scrollTo(0, 0)")
    await page.mouse.move(0, 0)
    await expect(page.locator("#wait")).to_be_visible()
    await page.screenshot(path=DOCS / "phone.png")
    await page.locator("#call").click()
    await page.close()


async def for_the_patient(line: Line, browser: Browser, url: str) -> None:
    """Show the page behind the link in the text, as on a phone."""
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT max(id) FROM booking WHERE state = 'booked'")
        (visit_id,) = await rows.fetchone() or (0,)
        token = await new_link(conn, visit_id)
    page = await browser.new_page(
        viewport={"width": 390, "height": 780},
        device_scale_factor=2,
        timezone_id="America/New_York",
    )
    await page.goto(f"{url.removesuffix('/phone')}/visit/{token}")
    await page.screenshot(path=DOCS / "visit.png")
    await page.close()


async def booked(visitor: Visitor, key: str) -> None:
    """Make a call that books the offer of this key, with consent to texts."""
    await (await (await (await visitor.calls()).to_the_times()).books(key)).presses("1")
    await expect(visitor.page.locator("#after")).to_be_visible()
    await expect(visitor.page.locator(".bubble.clinic").first).to_be_visible()


async def to_look_at(browser: Browser, url: str, folder: Path) -> None:
    """Show the whole page during and after a call, at all widths, in both schemes."""
    for name, size in (("wide", WIDE), ("middle", MIDDLE), ("narrow", NARROW)):
        for scheme in ("light", "dark"):
            visitor = await visit(browser, url, size, scheme)
            page = visitor.page
            await page.locator(".event.booking").first.click()
            await (await visitor.calls()).hears("BodyFix")
            await expect(page.locator("#wait")).to_be_visible()
            await page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True)
            await page.locator("#call").click()
            await expect(page.locator("#after")).to_be_visible()
            for part in ("phone", "texts"):
                path = folder / f"{name}-{scheme}-{part}.png"
                await page.locator(f"#{part}").screenshot(path=path)
            await page.close()
    for scheme in ("light", "dark"):
        visitor = await visit(browser, url, NARROW, scheme)
        await visitor.chooses("caller", "landline")
        await booked_in_vain(visitor)
        await visitor.page.locator("#texts").screenshot(path=folder / f"landline-{scheme}.png")
        await visitor.chooses("caller", "known")
        await visitor.gets("booked")
        await visitor.texts("STOP")
        await expect(visitor.page.locator("#texts-none")).to_contain_text("no more texts")
        await visitor.page.locator("#texts").screenshot(path=folder / f"stop-{scheme}.png")
        await visitor.page.close()


async def booked_in_vain(visitor: Visitor) -> None:
    """Book with texts to a landline, which cannot receive them."""
    await (await (await (await visitor.calls()).to_the_times()).books("1")).presses("1")
    await expect(visitor.page.locator("#texts-none")).to_contain_text("Staff are asked")
    await expect(visitor.page.locator("#after")).to_be_visible()


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit(f"No pictures: {MISSING}.")
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
