"""The page's visitor calls as somebody who meets a limit."""

import re

from playwright.async_api import expect
from support.browser import TO_THE_TIMES, Opens

from voice.bootstrap import Line

QUICK = f"sound=captions&speed=500&waits=1&keys={TO_THE_TIMES}"


async def test_a_number_that_called_too_often_gets_a_call_back(opens: Opens, line: Line) -> None:
    """One sentence says so, and staff see that a limit was reached; other numbers have none."""
    visitor = await opens(f"{QUICK}&caller=often")
    await expect(visitor.page.locator("#about-caller")).to_contain_text("6 times within the hour")
    await (await visitor.calls()).hears("because I have reached a limit")
    await visitor.sees_line_do("limit reached (calls an hour)")
    assert line.limits_of("CA of a call from elsewhere") is None


async def test_on_a_day_with_robots_a_number_is_keyed_back(opens: Opens) -> None:
    """The spoken number comes before a time is held, and the caller books after it."""
    visitor = await opens(f"{QUICK}&caller=robots")
    await expect(visitor.page.locator("#about-caller")).to_contain_text("Robots have booked 2")
    await (await (await visitor.calls()).hears("In Pacific time")).presses("1")
    await visitor.hears("To go on, please key in")
    said = await visitor.page.locator("#captions").text_content() or ""
    spoken = re.findall(r"please key in ((?:\d ?)+)\.", said)[-1]
    await visitor.presses(spoken.replace(" ", ""))
    await visitor.hears("To book it, press 1")
    await visitor.sees_line_do("limit reached (visits booked in a day)")
