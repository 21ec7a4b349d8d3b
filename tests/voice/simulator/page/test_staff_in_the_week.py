"""Staff change events in the week view, and the line follows."""

import pytest_asyncio
from playwright.async_api import Locator, expect
from support.browser import Opens, Visitor

BLOCK_FRIDAY = """() => fetch("/phone/calendar/blocks", {
  method: "POST", headers: {"Content-Type": "application/json"},
  body: JSON.stringify({day: "2026-12-04", part: "day"}),
})"""
FIRST = "Mon, Nov 30, 12:00 PM"


@pytest_asyncio.fixture
async def known(opens: Opens) -> Visitor:
    """The page with the known patient's visit on Monday at noon."""
    visitor = await opens("sound=captions&caller=known", viewport={"width": 1600, "height": 1800})
    await expect(visitor.page.locator("#about-caller")).to_contain_text("visit code")
    return visitor


def event_on(visitor: Visitor, day: str) -> Locator:
    """The only booking of a day."""
    return visitor.page.locator(f'[data-day="{day}"] .event.booking')


async def test_an_event_is_dragged(known: Visitor) -> None:
    """The old time is offered again, and the patient gets a text in the morning."""
    event, offers = event_on(known, "2026-11-30"), known.page.locator(".offers")
    await expect(offers).not_to_contain_text(FIRST)
    wednesday = known.page.locator('[data-day="2026-12-02"] .column')
    # Waits for both, however often the week is drawn meanwhile.
    await event.drag_to(
        wednesday, source_position={"x": 20, "y": 5}, target_position={"x": 20, "y": 5}, steps=6
    )
    await expect(event_on(known, "2026-12-02")).to_contain_text("9:00 AM")
    await known.sees_line_do("Staff moved the event to Wed, Dec 2, 9:00 AM")
    await expect(offers).to_contain_text(FIRST)
    await expect(offers).not_to_contain_text("Wed, Dec 2, 9:00 AM")
    await known.sees_line_do("Staff moved the visit to Wednesday, December 2nd, at 9 AM.")
    skip = known.page.locator("#skip-ahead")
    await expect(skip).to_have_text("Skip to the next text Mon, Nov 30, 8:00 AM")
    await skip.click()
    await known.gets("BodyFix: we moved your visit to Wed Dec 2, 9:00 AM PT.")
    await expect(known.page.locator("#now")).to_contain_text("8:00 AM")
    chosen = known.page.locator("#options-chosen")
    await expect(chosen).to_contain_text("Skipped to Mon, Nov 30, 8:00 AM")
    await known.page.reload()
    await expect(chosen).to_contain_text("Skipped to Mon, Nov 30, 8:00 AM")
    await known.chooses("when", "now")
    await expect(known.page.locator("#now")).to_contain_text("7:5")


async def test_an_event_in_hand_is_not_lost(known: Visitor) -> None:
    """Changes to the week during a drag are shown once the event is dropped."""
    page, event = known.page, event_on(known, "2026-11-30")
    blocked = page.locator('[data-day="2026-12-04"] .event.busy')
    await event.hover(position={"x": 20, "y": 5})
    await page.mouse.down()
    async with page.expect_response("**/phone/calendar"):
        await page.evaluate(BLOCK_FRIDAY)
    await known.sees_line_do("Staff blocked Fri, Dec 4")
    await expect(blocked).to_have_count(0)
    await page.mouse.up()
    await expect(blocked).to_be_visible()


async def test_an_event_is_moved_by_keyboard(known: Visitor) -> None:
    """Enter opens its note, the form in it moves it, Escape closes the note again.

    What is typed stays while the week changes around it, and so does where the reader is.
    """
    event, note = event_on(known, "2026-11-30"), known.page.locator("#note")
    await event.focus()
    await known.page.keyboard.press("Enter")
    await expect(note.locator("h3")).to_be_focused()
    for part in ("h3", "[data-delete]"):
        await note.locator(part).focus()
        await note.locator("h3").evaluate("(heading) => (heading.dataset.before = '')")
        await known.page.evaluate(BLOCK_FRIDAY)
        await expect(note.locator("h3[data-before]")).to_have_count(0)
        await expect(note.locator(part)).to_be_focused()
    await note.locator('[name="time"]').fill("15:30")
    async with known.page.expect_response(lambda read: "/calendar/" in read.url and read.ok):
        await known.page.get_by_role("button", name="Block it").press("Enter")
    await expect(known.page.locator('[data-day="2026-11-30"] .event.busy')).to_be_visible()
    await note.locator('[name="time"]').press("Enter")
    await expect(event).to_contain_text("3:30 PM")
    await note.locator('[name="time"]').press("Escape")
    await expect(note).to_be_hidden()
    await expect(event).to_be_focused()


async def test_an_event_is_deleted(known: Visitor) -> None:
    """The event and its note disappear, and the page confirms it."""
    await event_on(known, "2026-11-30").click()
    await known.page.get_by_role("button", name="Delete").click()
    await expect(event_on(known, "2026-11-30")).to_have_count(0)
    await expect(known.page.locator("#note")).to_be_hidden()
    await known.sees_line_do("Staff deleted the event")
    await known.sees_line_do("Staff canceled the visit on Monday, November 30th, at 12 noon.")


async def test_the_patient_stops_texts(known: Visitor) -> None:
    """The thread shows the reply with a note, and staff are asked to call."""
    await known.gets("BodyFix: booked Mon Nov 30, 12:00 PM PT.")
    await (await known.texts("C")).gets("thank you, see you Mon Nov 30, 12:00 PM PT.")
    await known.texts("STOP")
    await expect(known.page.locator(".bubble.remark")).to_contain_text("Twilio itself answers STOP")
    await expect(known.page.locator("#texts-none")).to_contain_text("asked for no more texts")
    await expect(known.page.locator("#texts-none")).to_contain_text("Staff are asked instead")
    await expect(known.page.locator("#skip-ahead")).to_contain_text("Skip to the visit")


async def test_a_morning_is_blocked(visitor: Visitor) -> None:
    """The blocked times are no longer offered."""
    page = visitor.page
    await expect(page.locator(".offers")).to_contain_text("Tue, Dec 1, 9:00 AM")
    await page.locator("#block-day").select_option("2026-12-01")
    await page.get_by_role("button", name="Block it").click()
    blocked = page.locator('[data-day="2026-12-01"] .event.busy')
    await expect(blocked).to_contain_text("9:00 AM to 12:00 PM")
    await expect(page.locator(".offers")).not_to_contain_text("Tue, Dec 1, 9")
    await visitor.sees_line_do("Staff blocked Tue, Dec 1, 9:00 AM to 12:00 PM")


async def test_the_evening_before_a_holiday(visitor: Visitor) -> None:
    """The demo's clock moves after hours, and the closed day is not offered."""
    page = visitor.page
    await visitor.chooses("when", "eve")
    await expect(page.locator("#now")).to_contain_text("Thu, Dec 24, 8:00 PM")
    await expect(page.locator(".today")).to_have_attribute("data-day", "2026-12-24")
    await expect(page.locator(".today .now")).to_have_count(0)
    await expect(page.locator('[data-day="2026-12-25"]')).to_contain_text("Closed")
    await expect(page.locator(".offers")).to_contain_text("Mon, Dec 28, 9:00 AM")
