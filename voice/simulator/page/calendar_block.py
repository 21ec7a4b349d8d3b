"""One event as the page's calendar draws it: its kind, its label, its time, and its lane."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from calendar_sync.availability.span import Span
from calendar_sync.calendars.contract import CalendarEvent
from calendar_sync.sync.cancel_notes import CANCELLED

_HOUR, _DAY = 60, 24 * 60
_SHORTEST = 20
"""Minutes of the calendar that even the shortest event covers on the screen."""
_LABELS = {"Video screening": "Screening", CANCELLED: "Canceled"}
"""Shorter labels, for narrow columns."""


@dataclass(frozen=True, slots=True)
class CalendarBlock:
    """Something in the calendar; ``begins`` and ``ends`` in minutes of its local day.

    ``label`` and ``caller`` are the two parts of "Screening ··0123". ``lane`` is its place among
    the ``lanes`` events that overlap, from 0.
    """

    kind: Literal["booking", "callback", "busy", "canceled", "held"]
    label: str
    caller: str
    time: str
    begins: int
    ends: int
    event_id: str = ""
    lane: int = 0
    lanes: int = 1


def block_of(event: CalendarEvent, span: Span, zone: ZoneInfo) -> CalendarBlock:
    """A live event."""
    name, dots, last_four = event.title.partition("··")
    label = name.strip()
    kind: Literal["booking", "callback", "busy", "canceled"] = "booking"
    if event.booking_id is None:
        kind = "canceled" if label == CANCELLED else "busy"
    elif event.booking_id.startswith("call-back-"):
        kind = "callback"
    times = _times(span, zone)
    return CalendarBlock(
        kind, _LABELS.get(label, label), dots + last_four, *times, event_id=event.event_id
    )


def held_block(span: Span, zone: ZoneInfo) -> CalendarBlock:
    """A time that a caller holds and that is not in the calendar yet."""
    return CalendarBlock("held", "On hold", "", *_times(span, zone))


def side_by_side(blocks: Iterable[CalendarBlock]) -> tuple[CalendarBlock, ...]:
    """The blocks of a day by time; those that overlap on the screen share its width."""
    groups: list[list[CalendarBlock]] = []
    ends: list[int] = []  # of the lanes of the last group, in minutes
    for block in sorted(blocks, key=lambda block: (block.begins, -block.ends, block.event_id)):
        if not groups or block.begins >= max(ends):
            groups.append([])
            ends = []
        free = [lane for lane, end in enumerate(ends) if end <= block.begins]
        lane = free[0] if free else len(ends)
        ends[lane : lane + 1] = [max(block.ends, block.begins + _SHORTEST)]
        groups[-1].append(replace(block, lane=lane))
    return tuple(
        replace(block, lanes=1 + max(other.lane for other in group))
        for group in groups
        for block in group
    )


def clock(local: datetime) -> str:
    """9:20 AM."""
    return f"{local.hour % 12 or 12}:{local:%M %p}"


def day_and_clock(local: datetime) -> str:
    """Tue, Dec 1, 9:20 AM."""
    return f"{local:%a, %b} {local.day}, {clock(local)}"


def _times(span: Span, zone: ZoneInfo) -> tuple[str, int, int]:
    start, end = span.start.astimezone(zone), span.end.astimezone(zone)
    ends = end.hour * _HOUR + end.minute if end.date() == start.date() else _DAY
    return f"{clock(start)} to {clock(end)}", start.hour * _HOUR + start.minute, ends
