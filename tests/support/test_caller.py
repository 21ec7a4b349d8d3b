"""The simulated patient of the flow tests hears, presses and stays silent realistically."""

import asyncio
from collections.abc import Iterator

import pytest
from support.caller import Caller
from support.tiny_line import BASE, TOKEN, TinyLine

from voice.simulator.handset import Staff
from voice.simulator.player import Ended
from voice.simulator.transport import InProcess

GATHER = "<Gather action='{}' numDigits='{}' timeout='6' actionOnEmptyResult='true'>{}</Gather>"
MENU = "<Say>To book, press 1.<break time='500ms'/> For a person, press 0.</Say>"
DOCUMENTS = {
    "/voice/incoming": GATHER.format("/passing", 1, MENU),
    "/passing": "<Pause/><Redirect>/cover</Redirect>",
    "/cover": "<Say>One moment.</Say><Redirect>/entry</Redirect>",
    "/entry": GATHER.format("/end", 4, "<Say>Key your code.</Say>"),
    "/end": GATHER.format("/ring", 1, "<Say>Thank you.</Say>"),
    "/ring": "<Dial action='/bye'>+14255550199</Dial>",
    "/bye": "<Say>Goodbye.</Say><Hangup/>",
}


def a_caller(staff: Staff = Staff.NO_ANSWER) -> Caller:
    """A caller of the line above."""
    return Caller(InProcess(TinyLine(DOCUMENTS), BASE, TOKEN), staff=staff)


@pytest.fixture
def caller() -> Iterator[Caller]:
    """The caller of a plain test, whose loop runs only during a step."""
    with asyncio.Runner() as runner:
        caller = runner.run(a_caller().__aenter__())
        yield caller
        runner.run(caller.__aexit__(None, None, None))


def test_a_call_reads_as_one_sentence(caller: Caller) -> None:
    """Each step continues where the last one left the call."""
    caller.hears("To book, press 1").presses("1").hears("Key your code").presses("1234")
    caller.hears("thank you").stays_silent().hears("Goodbye").hears_everything()
    assert caller.over is Ended.LINE_HUNG_UP
    assert caller.keys == "11234"


def test_a_key_is_pressed_as_soon_as_the_words_were_spoken(caller: Caller) -> None:
    """A test can measure a caller who never waits."""
    caller.hears("press 1").presses("1")
    assert caller.heard == []
    assert caller.segments[1][0] == pytest.approx(4 / 165 * 60)


def test_words_are_heard_over_the_border_of_sentences_and_documents(caller: Caller) -> None:
    """Documents that need no key belong to the turn that follows."""
    caller.hears("press 1. For a").presses("1").hears("One moment. Key your code")
    assert caller.heard == ["One moment.", "Key your code."]


def test_hears_never_goes_past_a_prompt(caller: Caller) -> None:
    """The failure shows what was heard, and what the line does now."""
    with pytest.raises(AssertionError) as failed:
        caller.hears("One moment")
    assert str(failed.value) == (
        "The caller waited for 'One moment', at 3.8 s, after the keys (none).\n"
        "Heard since then:\n    To book, press 1.\n    For a person, press 0.\n"
        "Then: the line waits for a key"
    )


def test_words_that_never_come_before_the_end_fail(caller: Caller) -> None:
    """After the call has ended nothing more is heard."""
    caller.stays_silent().stays_silent().stays_silent()
    with pytest.raises(AssertionError, match=r"Then: The line hung up\."):
        caller.hears("Hello")


def test_a_key_waits_until_the_line_takes_keys(caller: Caller) -> None:
    """A patient listens to a prompt that cannot be interrupted."""
    caller.presses("1").presses("1234").hears("Thank you")
    assert caller.lost_keys == []


def test_a_key_that_no_prompt_will_take_fails(caller: Caller) -> None:
    """After the last prompt no key is accepted."""
    caller.stays_silent().stays_silent().stays_silent()
    with pytest.raises(AssertionError, match="wanted to press 5"):
        caller.presses("5")


def test_keys_typed_on_after_an_entry_are_lost_where_nothing_listens(caller: Caller) -> None:
    """The keys of an entry are typed at once, as on a phone."""
    caller.presses("12").hears("One moment")
    assert caller.lost_keys == ["2"]


def test_silence_ends_the_turn(caller: Caller) -> None:
    """What was said before no longer counts as heard."""
    caller.stays_silent()
    assert caller.heard == []
    assert caller.seconds == pytest.approx(9 / 165 * 60 + 0.5 + 6)


def test_who_hears_everything_stands_before_the_wait(caller: Caller) -> None:
    """The next key follows without a wait."""
    caller.hears_everything()
    assert caller.heard == ["To book, press 1.", "For a person, press 0."]
    assert caller.over is None


def test_a_caller_can_hang_up(caller: Caller) -> None:
    """The line gets the status callback."""
    caller.hears("press 1").hangs_up()
    assert caller.over is Ended.CALLER_HUNG_UP


def test_in_an_async_test_a_sentence_is_awaited() -> None:
    """In an async test the steps run when awaited."""

    async def test() -> None:
        async with a_caller(Staff.ANSWERS) as caller:
            await caller.presses("1").presses("1234").stays_silent().hears("Goodbye")
            assert caller.documents[-1].url == f"{BASE}/bye"
            assert caller.alarms == []

    asyncio.run(test())


def test_a_sentence_that_is_never_awaited_fails() -> None:
    """Otherwise a test that tests nothing would pass."""

    async def test() -> None:
        async with a_caller() as caller:
            caller.hears("press 1")

    with pytest.raises(AssertionError, match="1 steps of the caller were never taken"):
        asyncio.run(test())


def test_nothing_is_looked_at_before_it_is_awaited() -> None:
    """The results of steps are known only after they ran."""

    async def test() -> None:
        async with a_caller() as caller:
            caller.hears("press 1")
            assert caller.heard

    with pytest.raises(AssertionError, match="Await the caller"):
        asyncio.run(test())


def test_who_leaves_hangs_up() -> None:
    """No call stays open at the end of a test."""

    async def test() -> Caller:
        async with a_caller() as caller:
            await caller.hears("press 1")
        return caller

    assert asyncio.run(test()).over is Ended.CALLER_HUNG_UP


def test_a_gathered_caller_who_still_waits_ends_with_the_test() -> None:
    """When another one has failed, leaving neither waits for the line nor hides the failure."""

    async def never_answers(*_: object) -> None:
        await asyncio.Event().wait()

    async def fails() -> None:
        await asyncio.sleep(0)
        pytest.fail("another caller's failure")

    async def both() -> None:
        async with asyncio.timeout(60), Caller(InProcess(never_answers, BASE, TOKEN)) as waiting:

            async def listens() -> None:
                await waiting.hears("anything")

            await asyncio.gather(listens(), fails())

    with pytest.raises(pytest.fail.Exception, match="another caller's failure"):
        asyncio.run(both())
