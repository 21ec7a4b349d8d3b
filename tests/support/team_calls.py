"""Simulated scenarios of a clinic with two therapists, and journals to begin a walk with."""

from collections.abc import Iterator
from dataclasses import replace

from support.pure_call import CALLER, CLINIC, GOOD_WORLD, VISIT, PureCall, opening
from support.walk import Begin, World

from voice.dialogue.effects import FindOffers, Hold, JustTaken, Offers, Opening, Placed, SeePlaced
from voice.dialogue.replay import Therapist
from voice.dialogue.visit_effects import FindMoveTimes, FindVisits, FoundVisits, SeeVisit
from voice.flows.clinical_wording import BEFORE_BOOKING
from voice.language import Language, Text

SPRING, RIVERA = "default", "rivera"
TEAM = replace(
    CLINIC,
    therapists=(
        Therapist(SPRING, Text("Doctor Spring", "el doctor Spring")),
        Therapist(RIVERA, Text("Doctor Rivera", "la doctora Rivera")),
    ),
)


def with_whom(day: int, hour: int, minute: int, whose: str) -> Opening:
    """A free time of one of them in December 2026."""
    return replace(opening(day, hour, minute), clinician=whose)


LONGEST = tuple(
    with_whom(day, 10, 30, whose) for day, whose in ((2, SPRING), (9, RIVERA), (16, RIVERA))
)
"""Three Wednesdays, in the longest words that a time can have."""
SAME = tuple(replace(each, clinician=RIVERA) for each in LONGEST)


def offered(search: FindOffers) -> Offers:
    """Times of both, or of the one whom the caller chose."""
    return Offers(SAME if search.clinician else LONGEST)


def of_others(search: FindOffers) -> Offers:
    """Times of those who do not speak the caller's language, or of the one whom they chose."""
    return Offers(SAME) if search.clinician else Offers(LONGEST, in_language=False)


def of_anyone(search: FindOffers) -> Offers:
    """Times of both, and none of the one whom the caller chose."""
    return Offers(() if search.clinician else LONGEST)


def team_worlds() -> Iterator[tuple[str, World]]:
    """Scenarios of a caller who books: what differs, in words, and the scenario."""
    team = {**GOOD_WORLD, FindOffers: offered}
    yield "two therapists", team
    yield "nobody speaks it", {**team, FindOffers: of_others}
    yield "nothing with one", {**team, FindOffers: of_anyone}
    yield "time taken", {**team, Hold: JustTaken()}
    yield "with a colleague", {**team, SeePlaced: Placed("booked", SAME[0])}


def team_visits() -> Iterator[World]:
    """Scenarios of a caller who has a visit with one of them."""
    visit = replace(VISIT, opening=SAME[2])
    other = replace(VISIT, id=8, opening=SAME[1])
    for seen in ((visit,), (replace(visit, moved_by_staff=True),), (visit, other)):
        found = FoundVisits(seen)
        first = FoundVisits(seen[:1])
        yield {**GOOD_WORLD, FindVisits: found, SeeVisit: first, FindMoveTimes: Offers(SAME)}


def after_safety(visits: str) -> Begin:
    """The journal of a caller whose number has a visit, after the safety questions."""
    call = PureCall(journal={"caller": CALLER, "visits": visits})
    call.presses("1", *["2"] * len(BEFORE_BOOKING))
    return _rows(call)


def at_the_times(world: World, language: Language = "en") -> Begin:
    """The journal of a caller who is offered times now."""
    first = ("9",) if language == "es" else ()
    call = PureCall(dict(world), clinic=TEAM)
    call.presses(*first, "1", *["2"] * len(BEFORE_BOOKING), "#")
    return _rows(call)


def _rows(call: PureCall) -> Begin:
    """Its journal as it is now."""
    assert call.here
    return tuple((name, value) for name, value in call.journal.items() if name != "caller")
