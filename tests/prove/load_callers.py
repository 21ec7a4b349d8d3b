"""The callers of a load run: they arrive one after the other, and choose as people do.

Callers arrive at random moments, so many a second on average, whatever the line does. Each has a
number of their own and presses a key, or stays silent, about `PAUSE` seconds after a prompt's
document came. Who is turned away calls again after a while, and gives up at last.
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from prove.load_http import post
from prove.load_report import Measured
from prove.network import BASE, TOKEN
from stand_ins.twilio.server import ACCOUNT
from support.voice_documents import at_step, is_offered, next_request

from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Form
from voice.twilio_signature import sign

PAUSE = 8.0
"""Seconds between a prompt's document and the caller's next request, one more or less."""
CALL_SECONDS = 135.0
"""About how long a call lasts, so N live calls are N / CALL_SECONDS callers a second."""
CALLS_AGAIN = 90.0
"""Mean seconds until a caller who was turned away calls again."""
TRIES = 3
"""How often such a caller calls in all."""
MOST_TURNS = 60
_KEYS: dict[str, tuple[tuple[str, float], ...]] = {
    "greeting": (("1", 1.0),),
    "safety": (("2", 1.0),),
    "foot": (("#", 1.0),),
    "second": (("2", 1.0),),
    "number.right": (("1", 1.0),),
    "times": (("1", 0.45), ("2", 0.25), ("3", 0.15), ("4", 0.12), ("5", 0.03)),
    "times.therapist": (("1", 0.5), ("2", 0.5)),
    "times.wish": (("1", 0.35), ("2", 0.35), ("3", 0.3)),
    "times.all_heard": (("1", 0.3), ("2", 0.7)),
    "confirm": (("1", 0.92), ("2", 0.08)),
    "call_back": (("1", 1.0),),
    "texts": (("1", 0.5), ("2", 0.5)),
}
"""What is pressed where, and how often, of what the prompt offers; elsewhere silence. The longest
name that fits counts."""
_NUMBER = re.compile(r"\.\d+$")


@dataclass
class Callers:
    """All of them."""

    port: int
    chance: random.Random
    seen: Measured
    arrivals: float
    """New callers a second."""
    _numbers: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @asynccontextmanager
    async def calling(self) -> AsyncGenerator[None]:
        """They arrive and call until the context ends."""
        arriving = asyncio.create_task(self._arrive())
        try:
            yield
        finally:
            arriving.cancel()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(arriving, *self._tasks, return_exceptions=True)

    async def _arrive(self) -> None:
        loop = asyncio.get_running_loop()
        at = loop.time()
        while True:
            at += self.chance.expovariate(self.arrivals)
            await asyncio.sleep(at - loop.time())
            task = asyncio.create_task(self._caller())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _caller(self) -> None:
        """One caller, until their call is over or they give up."""
        self.seen.count("new callers")
        self._numbers += 1
        number = f"+1425{2_000_000 + self._numbers * 37 % 7_000_000:07}"
        for _ in range(TRIES):
            end = await self._call(number)
            self.seen.count(end)
            if end != "turned away":
                return
            await asyncio.sleep(self.chance.expovariate(1 / CALLS_AGAIN))
        self.seen.count("gave up")

    async def _call(self, number: str) -> str:
        """One call; how it ended."""
        sid = f"CA{self.chance.randrange(16**32):032x}"
        who = CallerId(number, account_sid=ACCOUNT, call_sid=sid)
        fields, url, step, key, booked = who.fields("in-progress"), "/voice/incoming", "", "", False
        self.seen.live += 1
        try:
            for turns in range(MOST_TURNS):
                form: Form = [*fields, ("Digits", key)] if key else fields
                body = await self._post(url, form, step or "the call begins")
                if "Too many people" in body and not turns:
                    return "turned away"
                if not body or "omething went wrong" in body:
                    return "broken"
                booked = booked or "You are booked" in body
                found = next_request(body)
                if found is None:
                    break
                url, step = found[0].removeprefix(BASE), _NUMBER.sub("", found[1]) or "?"
                key = self._key(step, body)
                await asyncio.sleep(self.chance.uniform(PAUSE - 1, PAUSE + 1))
            await self._post("/voice/status", who.fields("completed"), "the call has ended")
        finally:
            self.seen.live -= 1
        return "booked" if booked else f"ended at {step}"

    async def _post(self, url: str, form: Form, name: str) -> str:
        """The document, or "" for any other answer; what is measured is the answer alone."""
        began = time.monotonic()
        body = await post(self.port, url, urlencode(form), sign(BASE + url, form, TOKEN))
        self.seen.turn("safety" if name.startswith("safety") else name, time.monotonic() - began)
        return body

    def _key(self, step: str, body: str) -> str:
        known = at_step(_KEYS, step) or (("", 1.0),)
        keys = [each for each in known if is_offered(each[0], body)] or known
        [key] = self.chance.choices([key for key, _ in keys], [share for _, share in keys])
        return key
