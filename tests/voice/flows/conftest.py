"""Ways to reach the middle of a call."""

import pytest
from support.caller import Caller
from support.patients import To

from voice.flows.clinical_wording import BEFORE_BOOKING


@pytest.fixture
def to_the_times() -> To:
    """Go from the greeting, with a no to every safety question and six answers, to the offers."""

    async def go(caller: Caller) -> None:
        await caller.presses("1")
        for _ in BEFORE_BOOKING:
            await caller.hears("No to all").presses("2")
        await caller.presses("2").presses("3").presses("1").presses("2").presses("1")
        await caller.presses("7#").hears("In Pacific time")

    return go


@pytest.fixture
def to_booked(to_the_times: To) -> To:
    """Go on to the sentence that confirms the booking."""

    async def go(caller: Caller) -> None:
        await to_the_times(caller)
        await caller.presses("1").presses("1").hears("You are booked")

    return go


@pytest.fixture
def to_consent(to_booked: To) -> To:
    """Answer no to the question that only flags, and go on to the consent question."""

    async def go(caller: Caller) -> None:
        await to_booked(caller)
        await caller.stays_silent().hears("One more, for your visit.").presses("2")

    return go
