"""A span of time: two instants in UTC, the end not included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, but not including, `end`; both aware and in `datetime.UTC`.

    Back-to-back spans do not overlap. Raises ValueError for a naive time, a time in another
    zone (convert it with `.astimezone(UTC)`), and an end that is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse values that would compare wrongly later."""
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            message = (
                f"A span needs aware times in UTC, not {self.start!r} to {self.end!r}; "
                "convert them with .astimezone(UTC)."
            )
            raise ValueError(message)
        if self.end <= self.start:
            message = f"A span must end after it starts: {self.start!r} to {self.end!r}."
            raise ValueError(message)

    def overlaps(self, other: "Span") -> bool:
        """Whether the two have an instant in common."""
        return self.start < other.end and other.start < self.end


def merged(spans: Iterable[Span], within: Span) -> tuple[Span, ...]:
    """The spans clipped to `within`, ascending, with overlapping and touching ones joined."""
    joined: list[Span] = []
    for span in sorted(spans):
        start, end = max(span.start, within.start), min(span.end, within.end)
        if end <= start:
            continue
        if joined and start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(Span(start, end))
    return tuple(joined)


def without(spans: Iterable[Span], removed: Iterable[Span]) -> list[Span]:
    """What is left of the spans once the `removed` ones are cut out."""
    left = list(spans)
    for cut in removed:
        pieces = [
            (start, end)
            for span in left
            for start, end in (
                (span.start, min(span.end, cut.start)),
                (max(span.start, cut.end), span.end),
            )
        ]
        left = [Span(start, end) for start, end in pieces if start < end]
    return left
