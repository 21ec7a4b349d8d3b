"""The page's visitor calls as a patient who has a visit."""

from playwright.async_api import expect
from support.browser import Opens


async def test_a_known_patient_moves_the_visit(opens: Opens) -> None:
    """The carrier vouches for the number, so no code is asked for; the calendar shows the move."""
    visitor = await opens("sound=captions&speed=500&waits=1&caller=known")
    await expect(visitor.page.locator("#about-caller")).to_contain_text("visit code")
    await (await (await visitor.calls()).hears("For your booked visit, press 2")).presses("2")
    await (await visitor.hears("Your visit is on Monday, November 30th, at 12 noon")).presses("2")
    await (await visitor.hears("In Pacific time")).presses("2")
    await (await visitor.hears("To move it, press 1")).presses("1")
    await visitor.hears("Your visit is moved")
    await expect(visitor.page.locator('[data-day="2026-12-01"] .event.booking')).to_be_visible()
    await expect(visitor.page.locator("#outcome")).to_contain_text("The caller moved the visit.")
