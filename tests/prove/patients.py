"""Patients: each decides by chance what to press where, and remembers what it heard.

A patient knows where it is by the step in the TwiML's address, which is data and stays; so a
changed wording changes nothing here. At a step that nobody taught it, it presses any key.
"""

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prove.network import Network
from stand_ins.twilio.server import ACCOUNT

from voice.flows.clinical_wording import BEFORE_BOOKING
from voice.simulator.caller_id import WITHHELD, CallerId
from voice.simulator.handset import Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.player import Ended, Player

_AT = re.compile(r"[?&]at=([a-z0-9_.]+)")
_KEYS: dict[str, tuple[tuple[str, float], ...]] = {
    "greeting": (("1", 0.78), ("2", 0.05), ("0", 0.04), ("9", 0.1), ("", 0.03)),
    "summary": (("1", 0.8), ("2", 0.1), ("", 0.1)),
    "safety": (("2", 0.955), ("1", 0.025), ("3", 0.01), ("", 0.01)),
    "foot": (("1", 0.4), ("2", 0.4), ("#", 0.2)),
    "times": (("1", 0.5), ("2", 0.25), ("3", 0.15), ("4", 0.1)),
    "times.therapist": (("1", 0.6), ("2", 0.4)),
    "times.wish": (("1", 0.4), ("2", 0.4), ("3", 0.2)),
    "times.all_heard": (("1", 0.3), ("2", 0.7)),
    "confirm": (("1", 0.92), ("2", 0.08)),
    "texts": (("1", 0.5), ("2", 0.4), ("3", 0.05), ("", 0.05)),
    "waiting.earlier": (("1", 0.8), ("2", 0.2)),
    "number.right": (("1", 1.0),),
    "person": (("1", 0.8), ("2", 0.2)),
    "booked": (("", 1.0),),
    "advice": (("", 0.9), ("*", 0.1)),
}
"""What is pressed where, and how often; "" is silence. The longest name that fits counts."""
_ANY = tuple((key, 1.0) for key in "123#")
SORRY = re.compile(
    r"something went wrong|hubo un problema|application error|[Tt]oo many people are calling"
)
_SAFETY = {question.name for question in BEFORE_BOOKING}
_HANGS_UP = {"placing": 0.15, "booked": 0.1, "confirm": 0.03, "texts": 0.05}
_ANYWHERE = 0.01


@dataclass
class Heard:
    """One document as far as the patient heard it."""

    step: str
    words: list[str] = field(default_factory=list[str])
    """Sentences heard to their end."""
    keyed: str = ""
    left: str = ""
    """Keys still to be pressed."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When the document came."""

    def __str__(self) -> str:
        return " ".join(self.words)

    @property
    def is_danger(self) -> bool:
        """A safety question that was answered with yes or with not sure."""
        return self.step.removeprefix("safety.") in _SAFETY and self.keyed in {"1", "3"}


@dataclass
class Patient(Handset):
    """One call of one patient."""

    network: Network
    chance: random.Random
    pace: float
    """Longest time in seconds between two keys."""
    who: CallerId
    danger: float = 0.0
    """How often a safety question is answered with yes or not sure, besides the usual."""
    hangs: float = 1.0
    """How much more often than usual they hang up."""
    rush: float = 0.0
    """Seconds between the moments at which all who choose a time choose the first; 0: at will."""
    heard: list[Heard] = field(default_factory=list[Heard])
    ended: Ended | None = None

    @classmethod
    def arrive(cls, network: Network, seed: str, pace: float) -> "Patient":
        """A new one; the seed decides everything about it."""
        chance = random.Random(seed)  # noqa: S311  # a run can be repeated
        number = f"+1425{chance.randrange(2_000_000, 10_000_000):07}"
        number = WITHHELD if chance.random() < 0.08 else number
        sid = f"CA{chance.randrange(16**32):032x}"
        who = CallerId(number, call_sid=sid, account_sid=ACCOUNT)
        return cls(network, chance, pace, who)

    async def call(self) -> None:
        """Place the call and live it."""
        self.player = Player(self.network, self, self.who)
        self.ended = await self.player.call()

    def knows_the_outcome(self) -> bool:
        """Heard at least one whole sentence of what comes after the wait for the calendar.

        It may be followed by an error: the request after that sentence was not answered.
        """
        waited = False
        for heard in self.heard:
            if heard.step.startswith("placing"):
                waited = True
            elif waited and heard.words and not SORRY.search(heard.words[0]):
                return True
        return False

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Hear, press, or hang up."""
        here = self._here()
        if self.chance.random() < self.hangs * _HANGS_UP.get(_place(here.step), _ANYWHERE) / 3:
            return HungUp()
        if not segment.interruptible:
            await asyncio.sleep(min(segment.left, self.pace / 10))
            self._remember(here, segment)
            return None
        if here.keyed:
            return self._next_key(here, segment)
        if segment.kind is not Kind.WAIT and self.chance.random() < 0.7:
            self._remember(here, segment)
            return None
        if self.rush and _place(here.step) == "times":
            await asyncio.sleep(self.rush - time.monotonic() % self.rush)
            here.keyed = here.left = "1"
        else:
            await asyncio.sleep(self.chance.uniform(0, self.pace))
            here.keyed = here.left = self._decided(here.step)
        return self._next_key(here, segment)

    def staff(self, number: str) -> Staff:
        """Somebody takes the call, or not."""
        del number
        return self.chance.choice(list(Staff))

    def _here(self) -> Heard:
        """The document that the player is at."""
        documents = self.player.documents
        while len(self.heard) < len(documents):
            found = _AT.search(documents[len(self.heard)].body.replace("&amp;", "&"))
            self.heard.append(Heard(found[1] if found else ""))
        return self.heard[-1] if self.heard else Heard("nothing was answered")

    def _remember(self, here: Heard, segment: Segment) -> None:
        if segment.kind is Kind.SPEECH:
            here.words.append(segment.words)

    def _next_key(self, here: Heard, segment: Segment) -> Press | None:
        """An entry is keyed one key after the other; silence listens on."""
        if not here.left:
            self._remember(here, segment)
            return None
        key, here.left = here.left[0], here.left[1:]
        return Press(key)

    def _decided(self, step: str) -> str:
        if step.startswith("number") and not step.startswith("number.right"):
            return f"425{self.chance.randrange(2_000_000, 10_000_000):07}#"
        if step.startswith("foot.pain"):
            return str(self.chance.randrange(10))
        if step.removeprefix("safety.") in _SAFETY and self.chance.random() < self.danger:
            return self.chance.choice("13")
        choices = _KEYS.get(_place(step), _ANY)
        keys, weights = zip(*choices, strict=True)
        return str(self.chance.choices(keys, weights)[0])


def _place(step: str) -> str:
    """The taught step that this one is, or is a part of."""
    parts = re.sub(r"\.\d+$", "", step).split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((name for name in names if name in _KEYS or name in _HANGS_UP), names[-1])
