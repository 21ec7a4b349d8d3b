"""Who is offered which time; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calendar_sync.availability.span import Span
from calendar_sync.waiting.entries import Entry


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who waits and may be offered a time now.

    `before`: the start of their visit, None for who has none. `clinicians`: the ids of those whose
    times suit them. `offered`: starts that they were offered before.
    """

    entry: Entry
    before: datetime | None
    clinicians: tuple[str, ...]
    offered: Collection[datetime]

    def wants(self, slot: Span, clinician_id: str) -> bool:
        """Whether this is an earlier time, with the right therapist, and news to them."""
        known = self.entry.known
        return (
            clinician_id in self.clinicians
            and (self.before is None or slot.start < self.before)
            and known is not None
            and slot.start not in known
            and slot.start not in self.offered
        )


@dataclass(frozen=True, slots=True)
class Match:
    """A time, whose it is, and the first in line who wants it."""

    candidate: Candidate
    slot: Span
    clinician_id: str


def first_match(
    candidates: Sequence[Candidate], free: Mapping[str, Collection[Span]]
) -> Match | None:
    """The earliest free time that anybody wants, for the first who does; None if there is none.

    `candidates` are in line, `free` has the free times by clinician.
    """
    times = sorted((slot, whose) for whose, slots in free.items() for slot in slots)
    for slot, whose in times:
        for each in candidates:
            if each.wants(slot, whose):
                return Match(each, slot, whose)
    return None


def still_known(known: frozenset[datetime] | None, open_: Collection[Span]) -> frozenset[datetime]:
    """Of the times that are no news, those that are still open: one that opens again is news.

    `open_` has what nobody has booked, held or not. At the first look all of it is known.
    """
    starts = frozenset(slot.start for slot in open_)
    return starts if known is None else known & starts
