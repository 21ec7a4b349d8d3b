"""A simulated patient on the phone: hears, presses, stays silent, hangs up.

Every step returns the caller, so that a call reads as one sentence. In an async test the sentence
is awaited; in a plain test each step is taken at once:

    await caller.hears("To book a free video screening, press 1").presses("1").hears("Question 1")

Words are looked for in all that was said since the last key, or since the line last waited in
vain. ``hears`` listens on while the line speaks (through documents that only go on), and never
waits for a key: only ``presses``, ``stays_silent`` and ``hangs_up`` go past the end of a prompt.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from types import TracebackType
from typing import NoReturn, Self

from voice.simulator.caller_id import CallerId
from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.key_script import gap
from voice.simulator.player import Ended, Player
from voice.simulator.transport import Post
from voice.simulator.twiml_document import Alarm, Document

_Reply = Press | HungUp | None


class Caller(Handset):
    """One call of one patient: ``async with Caller(post) as caller``; leaving hangs up."""

    def __init__(
        self, post: Post, who: CallerId | None = None, staff: Staff = Staff.NO_ANSWER
    ) -> None:
        """``post`` leads to the line, ``who`` calls, ``staff`` is what ringing staff comes to."""
        self.who = who or CallerId("+14255550123")
        self.player = Player(post, self, self.who)
        self.outcome = staff
        self.over: Ended | None = None
        self.segments: list[tuple[float, Segment]] = []
        self.lost_keys: list[str] = []
        self._heard: list[str] = []
        self._steps: deque[Callable[[], Awaitable[None]]] = deque()
        self._segment: Segment | None = None
        self._offered: asyncio.Queue[Segment] = asyncio.Queue()
        self._replies: asyncio.Queue[_Reply] = asyncio.Queue()
        self._call: asyncio.Task[Ended] | None = None
        self._stepping: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Self:
        """Get ready; the first step places the call."""
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        """Hang up, and raise an error if steps were written and never awaited."""
        # One of several gathered, of which another failed: both tasks would wait for one moment.
        if self._stepping is not None:
            running = {task for task in (self._stepping, self._call) if task is not None}
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            return
        steps = len(self._steps)
        if self._call is not None and self.over is None:
            await self._hang_up()
        if steps and kind is None:
            message = f"{steps} steps of the caller were never taken: await the last sentence."
            raise AssertionError(message)

    # What a patient does.

    def hears(self, words: str) -> Self:
        """Listen until these words are spoken, ignoring case and line breaks."""
        return self._then(lambda: self._hear(words))

    def hears_everything(self) -> Self:
        """Listen until the line waits for a key, or the call is over."""
        return self._then(self._hear_everything)

    def presses(self, keys: str) -> Self:
        """Press keys one after the other, each as soon as the line takes it."""
        return self._then(lambda: self._press(keys))

    def stays_silent(self) -> Self:
        """Listen to the end of the prompt, and let the line's wait time out."""
        return self._then(self._stay_silent)

    def hangs_up(self) -> Self:
        """Hang up now."""
        return self._then(self._hang_up)

    def __await__(self) -> Generator[object, None, Self]:
        """Run the steps that were written."""
        return self._catch_up().__await__()

    # The results.

    @property
    def heard(self) -> list[str]:
        """The sentences heard since the last key or the last timeout."""
        self._up_to_date()
        return list(self._heard)

    @property
    def seconds(self) -> float:
        """Virtual seconds since the line answered."""
        self._up_to_date()
        return self.player.seconds

    @property
    def keys(self) -> str:
        """All keys pressed so far."""
        self._up_to_date()
        return self.player.keys

    @property
    def documents(self) -> list[Document]:
        """Every document of the call."""
        self._up_to_date()
        return self.player.documents

    @property
    def alarms(self) -> list[Alarm]:
        """What would have raised an alarm at Twilio."""
        self._up_to_date()
        return self.player.alarms

    # The handset interface of the player.

    async def listen(self, segment: Segment) -> _Reply:
        """Pass the moment to the test, and do what it decides."""
        await self._offered.put(segment)
        return await self._replies.get()

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # one clinic, one phone
        """The outcome chosen for this call."""
        return self.outcome

    def not_heard(self, key: str) -> None:
        """Keep the keys that the line did not take."""
        self.lost_keys.append(key)

    # One step.

    async def _hear(self, words: str) -> None:
        wanted = _plain(words)
        while wanted not in _plain(" ".join(self._heard)):
            segment = await self._now()
            if segment is None or segment.kind is Kind.WAIT:
                self._fail(f"waited for {words!r}")
            await self._live()

    async def _hear_everything(self) -> None:
        while (segment := await self._now()) is not None and segment.kind is not Kind.WAIT:
            await self._live()

    async def _press(self, keys: str) -> None:
        while (segment := await self._now()) is not None and not segment.interruptible:
            await self._live()
        if segment is None:
            self._fail(f"wanted to press {keys}")
        for number, key in enumerate(keys):
            segment = await self._now()
            if segment is None:
                self.lost_keys += keys[number:]
                return
            if segment.interruptible:
                self._heard.clear()
            await self._reply(Press(key, gap(segment) if number else 0.0))
        await self._now()

    async def _stay_silent(self) -> None:
        await self._hear_everything()
        if self.over is not None:
            self._fail("wanted to stay silent")
        await self._live()
        self._heard.clear()
        await self._now()

    async def _hang_up(self) -> None:
        if await self._now() is not None:
            await self._reply(HungUp())
            await self._now()

    async def _live(self) -> None:
        """Let the moment pass."""
        segment = await self._now()
        if segment is not None and segment.kind is Kind.SPEECH:
            self._heard.append(segment.words)
        await self._reply(None)

    async def _reply(self, reply: _Reply) -> None:
        self._segment = None
        await self._replies.put(reply)

    async def _now(self) -> Segment | None:
        """The current moment of the call; None when it is over."""
        if self._call is None:
            self._call = asyncio.create_task(self.player.call())
        if self._segment is not None or self.over is not None:
            return self._segment
        offered = asyncio.create_task(self._offered.get())
        await asyncio.wait({offered, self._call}, return_when=asyncio.FIRST_COMPLETED)
        if offered.done():
            self._segment = offered.result()
            self.segments.append((self.player.seconds, self._segment))
        else:
            offered.cancel()
            self.over = self._call.result()
        return self._segment

    def _then(self, step: Callable[[], Awaitable[None]]) -> Self:
        self._steps.append(step)
        if not self._loop.is_running():
            self._loop.run_until_complete(self._catch_up())
        return self

    async def _catch_up(self) -> Self:
        self._stepping = asyncio.current_task()
        try:
            while self._steps:
                await self._steps.popleft()()
        except BaseException:
            self._steps.clear()
            raise
        finally:
            self._stepping = None
        return self

    def _up_to_date(self) -> None:
        if self._steps:
            message = "Await the caller before looking at what came of it."
            raise AssertionError(message)

    def _fail(self, what: str) -> NoReturn:
        heard = "".join(f"\n    {sentence}" for sentence in self._heard) or " nothing"
        end = "the line waits for a key" if self.over is None else f"{self.over.value}."
        message = (
            f"The caller {what}, at {self.player.seconds:.1f} s, after the keys"
            f" {self.player.keys or '(none)'}.\nHeard since then:{heard}\nThen: {end}"
        )
        raise AssertionError(message)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
