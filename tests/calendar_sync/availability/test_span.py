"""A span is two instants in UTC, and its end is not part of it."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clinic import span

from calendar_sync.availability.span import Span, merged, without

MIDNIGHT = datetime(2026, 12, 1, tzinfo=UTC)
DAY = Span(MIDNIGHT, MIDNIGHT + timedelta(days=1))


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 12, 1, 9),  # noqa: DTZ001  # naive on purpose
        datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("America/Los_Angeles")),
        datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=1))),
    ],
)
def test_only_aware_times_in_utc_make_a_span(start: datetime) -> None:
    """A naive time, or one in another zone, is refused with advice on how to fix it."""
    with pytest.raises(ValueError, match=r"\.astimezone\(UTC\)"):
        Span(start, start + timedelta(hours=1))


@pytest.mark.parametrize("minutes", [0, -1])
def test_a_span_ends_after_it_starts(minutes: int) -> None:
    """An empty or backward span is refused."""
    with pytest.raises(ValueError, match="end after it starts"):
        Span(MIDNIGHT, MIDNIGHT + timedelta(minutes=minutes))


def test_back_to_back_spans_do_not_overlap() -> None:
    """The end is not part of a span."""
    first, second = span("2026-12-01 09:00"), span("2026-12-01 09:20")
    assert not first.overlaps(second)
    assert not second.overlaps(first)
    assert first.overlaps(span("2026-12-01 09:19"))


def some_spans() -> st.SearchStrategy[list[Span]]:
    """Spans around one day, extending past both ends."""
    minutes = st.integers(-300, 1740)
    pairs = st.tuples(minutes, st.integers(1, 300)).map(
        lambda pair: Span(
            MIDNIGHT + timedelta(minutes=pair[0]), MIDNIGHT + timedelta(minutes=sum(pair))
        )
    )
    return st.lists(pairs, max_size=12)


@settings(deadline=None)
@given(some_spans())
def test_merging_keeps_every_minute_and_adds_none(spans: list[Span]) -> None:
    """Merged spans cover the same minutes of the day, in order, with a gap between any two."""
    joined = merged(spans, DAY)
    # Whether a minute is covered changes only where a span begins or ends.
    edges = {edge for each in (*spans, DAY) for edge in (each.start, each.end)}
    near = {edge + timedelta(minutes=step) for edge in edges for step in (-1, 0, 1)}
    minutes = [minute for minute in near if DAY.start <= minute < DAY.end]
    covered = [any(each.start <= minute < each.end for each in spans) for minute in minutes]
    assert covered == [
        any(each.start <= minute < each.end for each in joined) for minute in minutes
    ]
    assert all(one.end < two.start for one, two in pairwise(joined))
    assert all(DAY.start <= each.start and each.end <= DAY.end for each in joined)


def test_cutting_leaves_what_is_around_the_cut() -> None:
    """A cut in the middle leaves two pieces, and one that covers the span leaves none."""
    day = Span(MIDNIGHT, MIDNIGHT + timedelta(hours=3))
    middle = Span(MIDNIGHT + timedelta(hours=1), MIDNIGHT + timedelta(hours=2))
    assert without([day], [middle]) == [
        Span(day.start, middle.start),
        Span(middle.end, day.end),
    ]
    assert without([middle], [day]) == []
    assert without([day], []) == [day]
