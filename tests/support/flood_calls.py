"""Calls placed by programs: robots that press keys without listening, and patients who listen."""

import random
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from support.voice_documents import at_step, is_offered, next_request

from voice.simulator.caller_id import CallerId
from voice.simulator.transport import Answer, Form

Post = Callable[[str, Form], Awaitable[Answer]]
Kind = Literal["books", "holds", "patient"]
"""Robots that book, robots that hold a time and hang up, and patients."""

_DIGITS = re.compile(r"key in ((?:\d ?)+)\.")
_KEYS = {
    "greeting": "1",
    "safety": "2",
    "foot": "#",
    "second": "2",
    "number.right": "1",
    "confirm": "1",
    "call_back": "1",
    "texts": "2",
}
MOST_TURNS = 40


@dataclass
class FloodCall:
    """One call; `outcome` is how it ended."""

    post: Post
    base: str
    who: CallerId
    kind: Kind
    chance: random.Random
    keyed_number: str = ""
    """What a withheld caller gives, ten digits."""
    said: list[str] = field(default_factory=list[str])

    async def live(self) -> None:
        """Place the call and follow it to its end."""
        url, more = f"{self.base}/voice/incoming", list[tuple[str, str]]()
        for _ in range(MOST_TURNS):
            form = [*self.who.fields("in-progress"), *more]
            body = (await self.post(url, form)).body.decode()
            words = unescape(re.sub(r"<[^>]+>", " ", body))
            self.said.append(re.sub(r"\s+", " ", words))
            found = next_request(body)
            if found is None:
                break
            url = self.base + found[0].removeprefix(self.base)
            key = self._key(found[1])
            if key is None:
                break
            more = [("Digits", key)] if key else []
        done = [*self.who.fields("completed")]
        await self.post(f"{self.base}/voice/status", done)

    @property
    def is_booked(self) -> bool:
        """Whether the caller heard so."""
        return any("You are booked" in words for words in self.said)

    def _key(self, step: str) -> str | None:
        """What to press at a step; "" is silence, None hangs up."""
        if step.startswith("key_back"):
            asked = _DIGITS.findall(self.said[-1])
            wanted = asked[-1].replace(" ", "") if asked else "11"
            if self.kind == "patient":
                return wanted
            return "".join(self.chance.choice("123456789") for _ in wanted)
        if step.startswith("confirm") and self.kind == "holds":
            return None
        if step.startswith("times"):
            offered = [key for key in "123" if is_offered(key, self.said[-1])]
            listens = self.kind == "patient" and offered
            return self.chance.choice(offered if listens else list("123"))
        if step.startswith("number") and not step.startswith("number.right"):
            return f"{self.keyed_number}#"
        return at_step(_KEYS, step) or ""


def robots(
    post: Post, base: str, account: str, calls: int, chance: random.Random
) -> list[FloodCall]:
    """A third from one number, a third from many, a third withheld; each second one only holds."""
    made: list[FloodCall] = []
    for number in range(calls):
        many = f"425{chance.randrange(2_000_000, 9_999_999)}"
        shown = ["+14255550199", f"+1{many}", ""][number % 3]
        who = CallerId(shown, account_sid=account, call_sid="CA" + secrets.token_hex(16))
        kind: Kind = "holds" if number % 2 else "books"
        made.append(FloodCall(post, base, who, kind, chance, many))
    return made


def patients(
    post: Post, base: str, account: str, calls: int, chance: random.Random
) -> list[FloodCall]:
    """As many patients, each with a number of their own; every second one is vouched for."""
    return [
        FloodCall(
            post,
            base,
            CallerId(
                f"+1360555{number:04}",
                "TN-Validation-Passed-A" if number % 2 else None,
                account_sid=account,
                call_sid="CA" + secrets.token_hex(16),
            ),
            "patient",
            chance,
        )
        for number in range(calls)
    ]
