"""Spans as PostgreSQL stores them: tstzrange and tstzmultirange."""

from collections.abc import Iterable
from datetime import UTC, datetime

from psycopg.types.multirange import Multirange, TimestamptzMultirange
from psycopg.types.range import Range, TimestamptzRange

from calendar_sync.availability.span import Span


def as_range(span: Span) -> TimestamptzRange:
    """The span as a half-open range parameter."""
    return TimestamptzRange(span.start, span.end, "[)")


def as_multirange(spans: Iterable[Span]) -> TimestamptzMultirange:
    """The spans as one multirange parameter."""
    return TimestamptzMultirange([as_range(span) for span in spans])


def as_span(found: Range[datetime]) -> Span:
    """A range column as a span in UTC. Raises ValueError for an empty or open-ended range."""
    if found.lower is None or found.upper is None:
        message = f"A stored range has no start or no end: {found}."
        raise ValueError(message)
    return Span(found.lower.astimezone(UTC), found.upper.astimezone(UTC))


def as_spans(found: Multirange[datetime]) -> tuple[Span, ...]:
    """A multirange column as spans in order."""
    return tuple(as_span(part) for part in found)
