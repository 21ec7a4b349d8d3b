"""Few callers hear of the same time at once, as long as there are enough others."""

from datetime import UTC, datetime

from voice.recent_offers import AT_ONCE, SECONDS, RecentOffers

NINE = datetime(2026, 12, 1, 17, tzinfo=UTC), "default"


def test_a_time_is_taken_up_while_as_many_other_calls_as_may_be_hear_it() -> None:
    """For the call itself its own times do not count."""
    offers = RecentOffers(clock=lambda: 0.0)
    for number in range(AT_ONCE):
        assert NINE not in offers.taken_up(but_for="")
        offers.add(f"CA{number}", [NINE])
    assert NINE in offers.taken_up(but_for="")
    assert NINE not in offers.taken_up(but_for="CA0"), "a call may hear its own times again"


def test_it_is_not_when_a_call_has_chosen_or_hears_other_times_or_enough_time_is_over() -> None:
    """Each of the three alone is enough."""
    now = 0.0
    offers = RecentOffers(clock=lambda: now)

    def offered_to_all() -> bool:
        for number in range(AT_ONCE):
            offers.add(f"CA{number}", [NINE])
        return NINE in offers.taken_up(but_for="")

    assert offered_to_all()
    offers.forget("CA0")
    assert not offers.taken_up(but_for="")
    assert offered_to_all()
    offers.add("CA0", [])
    assert not offers.taken_up(but_for="")
    assert offered_to_all()
    now = SECONDS
    assert not offers.taken_up(but_for="")
