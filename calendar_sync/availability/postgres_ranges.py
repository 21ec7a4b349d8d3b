"""Spans as PostgreSQL stores them: tstzrange and tstzmultirange."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from psycopg.types.multirange import TimestamptzMultirange
from psycopg.types.range import Range, TimestamptzRange

from calendar_sync.availability.span import Span

_RANGE = re.compile(r'\["([^"]+)","([^"]+)"\)')


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


@lru_cache(maxsize=16)
def as_spans(stored: str) -> tuple[Span, ...]:
    """A multirange column, cast to text, as spans in order.

    As text, because psycopg's objects take ten times as long, and a clinic has hundreds of busy
    times. Needs a session in UTC. Raises ValueError for a range without a start or an end.
    """
    between = stored.removeprefix("{").removesuffix("}")
    return tuple(map(_span, between.split(",["))) if between else ()


@lru_cache(maxsize=16384)
def _span(stored: str) -> Span:
    """One range of a multirange; only the first still has its bracket. Most are read again soon."""
    found = _RANGE.fullmatch(stored if stored.startswith("[") else f"[{stored}")
    if not found:
        message = f"A stored range has no start or no end, or is no range: {stored}."
        raise ValueError(message)
    return Span(datetime.fromisoformat(found[1]), datetime.fromisoformat(found[2]))
