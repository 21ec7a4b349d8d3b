"""Activity on the line in the owner's words, without step names or full numbers."""

from collections import deque

import pytest_asyncio

from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.activity import Activity
from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Staff
from voice.simulator.key_script import Scripted, read_keys
from voice.simulator.player import Player
from voice.simulator.transport import InProcess
from voice.texts import demo_sender


@pytest_asyncio.fixture
async def activity(line: Line) -> Activity:
    """Activity from now on."""
    activity = Activity(line.pool, line.settings.zone)
    assert await activity.look() == []
    return activity


async def call(line: Line, keys: str, staff: Staff = Staff.NO_ANSWER, number: str = "") -> None:
    """A call from a number with a key script."""
    settings = line.settings
    post = InProcess(create_app(line), settings.public_base_url, settings.tokens[0])
    handset = Scripted(deque(read_keys(keys)), staff)
    await Player(post, handset, CallerId(number or "+14255550123")).call()


async def words(activity: Activity) -> list[str]:
    """The new activity, in words."""
    return [each.words for each in await activity.look()]


async def test_a_call_back_is_told_with_its_reason(line: Line, activity: Activity) -> None:
    """A call-back is reported once, with the last four digits of the number."""
    await call(line, "0 . 1 h")
    began, asked, ended = await words(activity)
    assert began == "A call came in from ··0123."
    assert asked == "Asked staff to call ··0123 back: asked for a person."
    assert ended == "The call from ··0123 ended."
    assert await words(activity) == []


async def test_a_call_before_the_first_look_is_not_told(line: Line) -> None:
    """Followed calls also show their earlier bookings and call-backs."""
    await call(line, "0 . 1 h")
    activity = Activity(line.pool, line.settings.zone)
    assert await words(activity) == []
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT sid FROM call")
        (sid,) = await rows.fetchone() or ("",)
    activity.follow(sid)
    assert await words(activity) == ["Asked staff to call ··0123 back: asked for a person."]


async def test_a_text_is_told_by_its_first_sentence(line: Line, activity: Activity) -> None:
    """The link and the code are left out."""
    async with line.pool.connection() as conn:
        body = (
            "BodyFix: booked Tue Dec 1, 9:00 AM PT. Video: https://a.example/visit/x Code 123456."
        )
        await demo_sender.keep(conn, "+14255550199", body, line.now())
    assert await words(activity) == ["Texted ··0199: “BodyFix: booked Tue Dec 1, 9:00 AM PT.”"]


async def test_a_withheld_number_is_named_so(line: Line, activity: Activity) -> None:
    """A withheld number has no digits to show."""
    await call(line, "h", number="+266696687")
    assert (await words(activity))[0] == "A call came in from a withheld number."
