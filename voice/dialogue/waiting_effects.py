"""The effects of the waiting list: may this caller wait, and putting them on it."""

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from voice.dialogue.effects import Effect, Stored

R = TypeVar("R")


class WaitingEffect(Effect[R]):
    """An effect of the waiting list; `voice.calls.waiting_effects` performs it."""


@dataclass(frozen=True, slots=True)
class MayWait:
    """Whether to offer the list to this caller."""

    yes: bool


@dataclass(frozen=True, slots=True)
class SeeWhetherToWait(WaitingEffect[MayWait]):
    """Whether texts can reach the caller and nothing is open in the next days.

    ``booking`` is the visit that they have just booked, 0 for none; then ``number`` (E.164) would
    get the texts.
    """

    result_type: ClassVar[Any] = MayWait
    booking: int
    number: str
    language: str


@dataclass(frozen=True, slots=True)
class JoinWaitingList(WaitingEffect[Stored]):
    """Put the caller on the list; ``wording`` is the version of the words that they agreed to.

    ``booking`` is the visit to move, 0 for none; then ``number`` (E.164) gets the texts, and
    ``chart`` is for the booking that may come of it.
    """

    result_type: ClassVar[Any] = Stored
    booking: int
    number: str
    language: str
    wording: str
    chart: tuple[tuple[str, str], ...] = ()
