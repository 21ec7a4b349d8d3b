"""A list of keys, pressed in virtual time: `screening-line call --keys "1 2 . 2"`."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from voice.errors import ReportedError
from voice.simulator.handset import KEYS, Handset, HungUp, Kind, Press, Segment, Staff
from voice.simulator.transcript import CUT, HANGS_UP, PRESSES

KEY_SECONDS = 0.3
"""Seconds from one digit of an entry to the next."""


class InvalidKeysError(ReportedError):
    """The message names the wrong token and what is allowed."""


@dataclass(frozen=True, slots=True)
class Type:
    """Press these keys: ``patiently`` after the whole prompt, else after its first sentence."""

    keys: str
    patiently: bool = False


@dataclass(frozen=True, slots=True)
class StaySilent:
    """Let the line wait once without pressing anything."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """Hang up, like a key."""

    patiently: bool = False


Step = Type | StaySilent | HangUp


def read_keys(text: str) -> tuple[Step, ...]:
    """The steps of a script such as ``1 . 2 4255550123# - h``. Raises InvalidKeysError."""
    steps: list[Step] = []
    patiently = False
    for written in text.split():
        if written == ".":
            patiently = True
            continue
        steps.append(_step(written, patiently=patiently))
        patiently = False
    return tuple(steps)


def _step(written: str, *, patiently: bool) -> Step:
    if written == "-":
        return StaySilent()
    if written == "h":
        return HangUp(patiently)
    if all(key in KEYS for key in written):
        return Type(written, patiently)
    message = (
        f"{written!r} in the keys is not understood; write keys (1, *, 4255550123#), - for silence,"
        " . to hear all before the next key, h to hang up."
    )
    raise InvalidKeysError(message)


@dataclass
class Scripted(Handset):
    """A caller who knows the keys; when they run out, the caller stays silent.

    A token is a whole answer: where the line waits for more digits after it, it waits in vain.
    """

    steps: deque[Step]
    outcome: Staff = Staff.NO_ANSWER
    _typing: deque[str] = field(default_factory=deque)
    _heard: int = 0
    _answered: bool = False

    async def listen(self, segment: Segment) -> Press | HungUp | None:
        """Do the next step when its time has come."""
        if self._typing:
            return Press(self._typing.popleft(), gap(segment))
        answered, self._answered = self._answered, False
        if answered and segment.kind is Kind.WAIT:
            return None
        if segment.interruptible and self.steps and self._due(segment):
            match self.steps.popleft():
                case Type(keys):
                    self._heard, self._answered = 0, True
                    self._typing.extend(keys)
                    return Press(self._typing.popleft())
                case HangUp():
                    return HungUp()
                case StaySilent():
                    self._heard = 0
                    return None
        if segment.kind is Kind.SPEECH and segment.interruptible:
            self._heard += 1
        return None

    def staff(self, number: str) -> Staff:  # noqa: ARG002  # one outcome for every number
        """What was chosen for this call."""
        return self.outcome

    def _due(self, segment: Segment) -> bool:
        match self.steps[0]:
            case StaySilent():
                return segment.kind is Kind.WAIT
            case Type(_, patiently) | HangUp(patiently):
                return segment.kind is Kind.WAIT or (self._heard > 0 and not patiently)


def gap(segment: Segment) -> float:
    """Seconds before the next key of an entry; a key for the next prompt comes before its words."""
    return KEY_SECONDS if segment.kind is Kind.WAIT else 0.0


def keys_of_call(lines: Iterable[str]) -> str:
    """The script that repeats the call of these transcript lines, such as "1 . 2 - 4255550123# h".

    A key pressed after the whole prompt gets a dot before it. Keys that the line did not hear are
    left out, and so is the silence that ends a number: a script waits there anyway.
    """
    tokens: list[str] = []
    sentences, entered = 0, False
    for line in lines:
        pressed = PRESSES.fullmatch(line)
        if pressed is not None and pressed[2] == " (not heard)":
            continue
        silent = line.endswith(" s of silence)")
        if pressed is not None or line == HANGS_UP:
            tokens += ["."] if sentences > 1 else []
            tokens.append("h" if pressed is None else pressed[1])
        elif silent and not entered:
            tokens.append("-")
        entered = pressed is not None
        sentences = sentences + 1 if line.startswith("LINE") and not line.endswith(CUT) else 0
    return " ".join(tokens)
