"""Three non-overlapping offers: the earliest, one in another half of the day, another day."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from support.clinic import PACIFIC, RULES, at, local_times, span

from calendar_sync.availability.offers import Part, spread, three_offers
from calendar_sync.availability.opening_hours import openings
from calendar_sync.availability.span import Span

MONDAY = at("2026-11-30 04:00")
FREE = openings(RULES, (), MONDAY)


def offered(free: list[Span], part: Part = "any", beyond: datetime | None = None) -> list[str]:
    """The offers as local times."""
    return local_times(three_offers(free, PACIFIC, part, beyond))


def test_the_earliest_then_the_afternoon_then_another_day() -> None:
    """From an empty calendar: Monday at nine, Monday at noon, Tuesday at nine."""
    assert offered(FREE) == ["2026-11-30 09:00", "2026-11-30 12:00", "2026-12-01 09:00"]


def test_the_third_offer_avoids_the_days_of_both_others() -> None:
    """After noon the other half day is tomorrow morning, so the third offer is the day after."""
    assert offered([slot for slot in FREE if slot.start >= at("2026-11-30 13:00")]) == [
        "2026-11-30 13:00",
        "2026-12-01 09:00",
        "2026-12-02 09:00",
    ]


def test_with_two_days_only_the_third_is_on_another_day_than_the_first() -> None:
    """Without a third day, the third offer is still not on the first one's day."""
    times = ["2026-11-30 13:00", "2026-11-30 13:30", "2026-12-01 09:00", "2026-12-01 09:30"]
    assert offered([span(time) for time in times]) == [times[0], times[2], times[3]]


def test_a_missing_kind_is_filled_up_with_the_next_times() -> None:
    """A single morning yields its first three times."""
    times = ["2026-11-30 09:00", "2026-11-30 09:30", "2026-11-30 10:00", "2026-11-30 10:30"]
    assert offered([span(time) for time in times]) == times[:3]


def test_mornings_and_afternoons_keep_to_their_half() -> None:
    """The day is divided at noon in the clinic's zone, not UTC."""
    assert offered(FREE, "morning") == ["2026-11-30 09:00", "2026-11-30 09:30", "2026-12-01 09:00"]
    assert offered(FREE, "afternoon") == [
        "2026-11-30 12:00",
        "2026-11-30 12:30",
        "2026-12-01 12:00",
    ]


def test_later_times_start_strictly_after() -> None:
    """A second round starts after `beyond`, without `beyond` itself."""
    assert offered(FREE, beyond=at("2026-12-01 09:00"))[0] == "2026-12-01 09:30"
    assert offered(FREE, beyond=FREE[-1].start) == []


def test_no_openings_no_offers() -> None:
    """Without openings there are no offers."""
    assert three_offers((), PACIFIC) == ()


@settings(deadline=None, max_examples=50)
@given(
    st.sets(st.integers(0, 4000), max_size=12).map(sorted),
    st.sampled_from(["any", "morning", "afternoon"]),
    st.none() | st.integers(0, 4000),
)
def test_offers_are_ascending_apart_and_from_the_openings(
    starts: list[int], part: Part, beyond: int | None
) -> None:
    """Any openings yield at most three offers, in order, none overlapping."""
    free = [Span(MONDAY + timedelta(minutes=m), MONDAY + timedelta(minutes=m + 20)) for m in starts]
    after = None if beyond is None else MONDAY + timedelta(minutes=beyond)
    found = three_offers(free, PACIFIC, part, after)
    assert len(found) <= 3
    assert set(found) <= set(free)
    assert all(one.end <= two.start for one, two in pairwise(found))
    assert all(after is None or slot.start > after for slot in found)
    assert all(
        part == "any" or (slot.start.astimezone(PACIFIC).hour < 12) == (part == "morning")
        for slot in found
    )
    fitting = [s for s in free if (after is None or s.start > after)]
    if part == "any" and fitting:
        assert found[:1] == (fitting[0],)


def test_times_go_to_the_one_with_the_fewest_visits() -> None:
    """Those of this list count too; a time that one alone has free is theirs."""
    times = FREE[:4]
    both = {"a": times, "b": times[1:]}
    assert [who for _, who in spread(times, both, {})] == ["a", "b", "a", "b"]
    assert [who for _, who in spread(times, both, {"a": 5})] == ["a", "b", "b", "b"]
