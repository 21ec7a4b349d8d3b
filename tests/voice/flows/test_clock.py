"""A call is short for a decided caller, and bearable for one who hears everything."""

import pytest
from support import clock
from support.clock import WAYS, Way, first_choice, timed


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.who}: {way.until}")
def test_a_caller_is_done_in_time(way: Way) -> None:
    """At 165 words a minute over the served TwiML, in both languages."""
    assert timed(way) <= way.at_most
    assert timed(way, "es") <= way.at_most


def test_the_first_choice_is_offered_within_ten_seconds() -> None:
    """The limit holds in both languages."""
    assert first_choice() <= 10
    assert first_choice("es") <= 10


def test_the_page_shows_the_times_as_they_are() -> None:
    """`make clock` updates the page."""
    assert clock.PAGE.read_text("utf-8") == clock.written(), "Run `make clock`."
