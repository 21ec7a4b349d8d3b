"""What is visible without scrolling on common screens."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, expect
from support.browser import TO_THE_TIMES, Opens

from voice.bootstrap import Line

SIZES = [(1280, 720), (1366, 650), (360, 740)]
FAST = "sound=captions&speed=500&waits=1"


async def in_view(part: Locator, height: int) -> bool:
    """Whether all of an element is within the window."""
    box = await part.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_the_phone_is_in_view(opens: Opens, width: int, height: int) -> None:
    """Call is in view before a call; captions, keys and Hang up during it."""
    visitor = await opens(FAST, viewport={"width": width, "height": height})
    page, call = visitor.page, visitor.page.locator("#call")
    await expect(call).to_be_enabled()
    for part in (page.locator("h1"), page.locator(".progress"), call):
        assert await in_view(part, height)
    assert not await page.locator("#caller").is_visible()
    await (await visitor.calls()).to_the_times()
    for part in (page.locator("#captions"), page.locator('[data-key="#"]'), call):
        assert await in_view(part, height)
    assert await in_view(page.locator(".says").last, height)
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "height"), SIZES[:2])
async def test_the_calendar_shows_where_the_booking_lands(
    opens: Opens, width: int, height: int
) -> None:
    """The week of a held time is shown as soon as it is held."""
    size = {"width": width, "height": height}
    visitor = await opens(f"{FAST}&keys={TO_THE_TIMES}", viewport=size)
    page = visitor.page
    await page.get_by_label("The week after").click()
    await (await (await visitor.calls()).hears("In Pacific time")).presses("1")
    held = page.locator('[data-day="2026-11-30"] .event.held')
    await expect(held).to_contain_text("On hold")
    assert await in_view(held, height)
    await (await visitor.hears("To book it, press 1")).presses("1")
    booked = page.locator('[data-day="2026-11-30"] .event.booking')
    await expect(booked).to_contain_text("Screening ··0123")
    assert await in_view(booked, height)


@pytest.mark.parametrize(("width", "height"), SIZES[:2])
async def test_three_call_backs_side_by_side_are_read_in_full(
    line: Line, opens: Opens, width: int, height: int
) -> None:
    """Neither the words nor the digits of a call-back are cut short."""
    start = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
    async with line.pool.connection() as conn:
        for number in (4100, 4500, 4888):
            await conn.execute(
                "INSERT INTO local_event (id, title, during, booking_id, changed) VALUES"
                " (%s, %s, tstzrange(%s, %s), %s, nextval('local_event_change'))",
                [f"{number}", f"Call back ··{number}", start, start + timedelta(minutes=15),
                 f"call-back-{number}"],
            )  # fmt: skip
    page = (await opens(FAST, viewport={"width": width, "height": height})).page
    shown = page.locator(".event.callback")
    await expect(shown).to_have_count(3)
    for each in await shown.all():
        for part in (each.locator(".name"), each.locator(".caller"), each.locator(".title")):
            await expect(part).to_be_visible()
            assert await part.evaluate("part => part.scrollWidth <= part.clientWidth")
        box, title = await each.bounding_box(), await each.locator(".title").bounding_box()
        assert box is not None
        assert title is not None
        assert title["x"] + title["width"] <= box["x"] + box["width"]


async def test_speed_shortens_speech_alone(opens: Opens) -> None:
    """At any speed, the caller has as long to answer as on a phone."""
    visitor = await (await opens("sound=captions&speed=500")).calls()
    await visitor.hears("BodyFix")
    await asyncio.gather(  # it is looked for from before the key on, as it lasts a second
        visitor.until("() => document.querySelector('#wait-left').textContent === '10 s'"),
        visitor.presses("1"),
    )
    await visitor.hears("Not sure")


async def test_a_wrong_number_is_named_with_its_remedy(opens: Opens) -> None:
    """Nothing is called, and the field is opened, marked and focused."""
    visitor = await opens()
    page = visitor.page
    await visitor.chooses("caller", "other")
    await page.locator("#call").click()
    await expect(page.locator("#trouble")).to_have_text(
        "Number: write it with + and the country code, such as +14255550123."
    )
    await expect(page.locator("#number")).to_be_focused()
    await expect(page.locator("#number")).to_have_attribute("aria-invalid", "true")
    await page.locator("#number").fill("+14255550199")
    await visitor.calls()
    await expect(page.locator("#trouble")).to_be_hidden()
