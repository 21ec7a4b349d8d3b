"""Each open page gets every event once, and a page that reconnects gets what it missed."""

import asyncio

from voice.simulator.page.event_stream import MAX_SUBSCRIBERS, EventStream


async def heard(events: EventStream, since: int | None, tell: bool) -> list[str]:  # noqa: FBT001
    """The kinds of events that a page gets until the stream closes."""
    listening = events.subscribe(since)
    assert (await anext(listening)).startswith("retry:")
    if tell:
        events.publish("third", words="Three.")
    events.close()
    return [event.split("\n")[1].removeprefix("event: ") async for event in listening]


async def test_a_page_hears_what_happens_from_now_on() -> None:
    """A page gets no events from before it was opened."""
    events = EventStream()
    events.publish("first")
    assert await heard(events, None, tell=True) == ["third"]


async def test_a_page_that_comes_back_hears_what_it_missed() -> None:
    """The page continues after the id of its last event."""
    events = EventStream()
    events.publish("first")
    events.publish("second")
    assert await heard(events, 1, tell=True) == ["second", "third"]


async def test_the_end_of_the_line_is_the_end_of_every_page() -> None:
    """Otherwise Ctrl-C would wait for the browsers."""
    events = EventStream()
    events.close()
    async with asyncio.timeout(60):
        assert await heard(events, None, tell=False) == []


async def test_the_number_of_pages_is_bounded() -> None:
    """One page too many gets nothing until another one closes."""
    stream = EventStream()
    pages = [stream.subscribe() for _ in range(MAX_SUBSCRIBERS)]
    for page in pages:
        await anext(page)
    assert stream.is_full
    assert [event async for event in stream.subscribe()] == []
    await pages[0].aclose()
    assert not stream.is_full
    for page in pages:
        await page.aclose()
