"""Calls in a real browser: by mouse and keyboard, in silence, in Spanish, and replayed."""

import asyncio
from pathlib import Path

from playwright.async_api import expect
from support.browser import Opens, Visitor

from voice.simulator.transcript import read

SPANISH = "9 1 2 2 2 2 2 2 2 3 1 2 1 7%23 1 1 1 2 1"
"""Nothing is wrong, a foot hurts, the first time, on past the visit code, and texts are welcome."""

BELOW_THE_END = """document.documentElement.scrollHeight - window.scrollY
- document.querySelector("footer").getBoundingClientRect().bottom"""
"""How many pixels the page goes on after its last line."""


async def test_a_whole_booking_by_clicking(visitor: Visitor) -> None:
    """A call leads to the event in the calendar and to the text with its link."""
    page = visitor.page
    await (await (await visitor.calls()).to_the_times()).books("1")
    await visitor.sees_line_do("A call came in from ··0123.")
    await visitor.sees_line_do("Held Monday, November 30th, at 12 noon")
    await visitor.sees_line_do("Booked Monday, November 30th, at 12 noon")
    event = page.locator('[data-day="2026-11-30"] .event.booking')
    await expect(event).to_have_text("Screening ··0123 12:00 PM to 12:20 PM")
    await expect(page.locator("#note")).to_contain_text("6 of 6 answered no")
    await expect(page.locator("#steps")).to_contain_text("offers")
    assert "<Gather" in (await page.locator("#turns pre").first.text_content() or "")
    await visitor.presses("1")
    await visitor.gets("BodyFix: booked Mon Nov 30, 12:00 PM PT.")
    await visitor.sees_line_do("Texted ··0123: “BodyFix: booked Mon Nov 30, 12:00 PM PT.”")
    await expect(page.locator("#arrived")).to_contain_text("BodyFix: booked")
    await expect(page.locator(".progress .done")).to_have_count(3)
    async with page.expect_popup() as opened:
        await page.locator(".bubble a[target=_blank][rel=noopener]").click()
    await expect((await opened.value).locator("h1")).to_be_visible()
    assert "/visit/" in (await opened.value).url
    await expect(page.locator("#outcome")).to_contain_text("Booked: Monday, November 30th")
    assert await page.evaluate(BELOW_THE_END) < 20


async def test_a_key_cuts_in(opens: Opens) -> None:
    """Unspoken text is not shown, and the next prompt follows."""
    visitor = await (await opens("sound=captions&speed=0.5")).calls()
    await (await visitor.hears("BodyFix")).presses("1")
    await expect(visitor.page.locator(".says.cut").last).to_contain_text("BodyFix")
    await visitor.hears("6 safety questions")


async def test_silence_runs_out(opens: Opens) -> None:
    """The timer is shown while the line waits, and a silent caller books nothing."""
    visitor = await (await opens("sound=captions&speed=200&waits=20")).calls()
    await visitor.until("() => !document.querySelector('#wait').hidden")
    await visitor.hears("Call this number any time to book")
    await expect(visitor.page.locator("#outcome")).to_contain_text("Nothing was booked")


async def test_the_keyboard_dials(visitor: Visitor) -> None:
    """During a call, 0-9, * and # press keys unless the option is turned off."""
    await (await visitor.calls()).hears("BodyFix")
    await visitor.page.keyboard.press("9")
    await visitor.hears("Si es una emergencia")
    await visitor.page.locator("#options summary").click()
    await visitor.page.locator("#typed").uncheck()
    await visitor.page.keyboard.press("Escape")
    await visitor.page.keyboard.press("9")
    await visitor.page.locator('.key[data-key="1"]').click()
    await expect(visitor.page.locator(".pressed")).to_have_text(["You press 9", "You press 1"])


async def test_a_call_in_spanish(opens: Opens) -> None:
    """A link replays the call; screen readers get the language of each text."""
    visitor = await opens(f"sound=captions&speed=100&keys={SPANISH}")
    await visitor.page.locator("#call").click()
    await visitor.gets("BodyFix: cita lunes 30 nov, 12:00 p.m. PT.")
    for said in (visitor.page.locator(".says"), visitor.page.locator(".bubble p > span[lang]")):
        assert await said.last.get_attribute("lang") == "es-US"


async def test_staff_take_the_call(opens: Opens) -> None:
    """Key 0 calls the clinic's phone with the chosen outcome."""
    visitor = await opens("sound=captions&speed=500&staff=answers&when=open")
    await (await (await visitor.calls()).hears("BodyFix")).presses("0")
    await expect(visitor.page.locator("#captions")).to_contain_text(
        "You are talking with the clinic"
    )
    await expect(visitor.page.locator("#state")).to_have_text("The line hung up.")
    await visitor.sees_line_do("Put the call through to staff.")


async def test_a_withheld_number_is_asked_for(opens: Opens) -> None:
    """The caller ID is chosen before the call, and the line gets no number."""
    visitor = await opens("sound=captions&speed=500&waits=1&caller=withheld&when=closed")
    await (await (await visitor.calls()).hears("BodyFix")).presses("0")
    await (await visitor.hears("press 1")).presses("1")
    await visitor.hears("number")


async def test_a_call_is_kept_and_replayed(opens: Opens, tmp_path: Path) -> None:
    """The transcript downloads in the tests' format, and a link repeats the call."""
    visitor = await (await opens()).calls()
    page = visitor.page
    await (await visitor.hears("BodyFix")).presses("1")
    await (await visitor.hears("Yes to any")).presses("1")
    await visitor.hears("9 1 1")
    await page.locator("#call").click()
    await page.locator("#calls summary").click()
    async with page.expect_download() as started:
        await page.get_by_text("Save this call as a test").click()
    await (await started.value).save_as(tmp_path / "call.txt")
    heading, lines = read((tmp_path / "call.txt").read_text("utf-8"))
    assert (heading.caller, lines[-1]) == ("+14255550123", "The caller hung up.")
    assert [line for line in lines if line.startswith("CALLER")] == [
        "CALLER presses 1", "CALLER presses 1", "CALLER hangs up",
    ]  # fmt: skip
    keys = await page.locator("#calls [data-keys]").get_attribute("data-keys")
    assert (keys or "").replace(". ", "").replace("- ", "") == "1 1 h"

    again = await opens(f"sound=captions&speed=500&keys={keys}")
    await expect(again.page.locator("#call")).to_have_text("Replay the call")
    await again.page.locator("#call").click()
    await expect(again.page.locator("#state")).to_have_text("The caller hung up.")
    await expect(again.page.locator(".pressed")).to_have_text(["You press 1", "You press 1"])


async def test_a_call_is_heard_again(opens: Opens) -> None:
    """The replay shows every word and key without calling the line."""
    visitor = await opens("sound=captions&speed=20&keys=1 1 h")
    page, said = visitor.page, visitor.page.locator("#captions p")
    await page.locator("#call").click()
    await expect(page.locator("#state")).to_have_text("The caller hung up.")
    first = await said.all_text_contents()
    await expect(page.locator("#calls li")).to_have_count(1)
    await asyncio.gather(  # it is looked for from before the click on, as it may be short
        visitor.until("() => document.querySelector('#call-words').textContent === 'Stop'"),
        page.get_by_role("button", name="Hear it again").click(),
    )
    await expect(page.locator("#state")).to_contain_text("You heard the call again")
    assert await said.all_text_contents() == first
    await expect(page.locator("#calls li")).to_have_count(1)
    await expect(page.locator("#did li", has_text="A call came in")).to_have_count(1)


async def test_the_line_speaks_where_the_browser_cannot(opens: Opens) -> None:
    """Without browser voices the server's voice is used; without that, only captions."""
    visitor = await (await opens("sound=voice&speed=2&waits=1")).calls()
    await (await visitor.hears("If this is an emergency")).presses("1")
    await visitor.hears("6 safety questions")
