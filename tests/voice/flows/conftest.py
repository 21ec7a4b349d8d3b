"""The ways into the middle of a call."""

import pytest
from support.caller import Caller
from support.patients import To


@pytest.fixture
def to_the_times() -> To:
    """Through the front door, five noes and six answers, to the offered times."""

    async def go(caller: Caller) -> None:
        await caller.presses("1")
        for _ in range(5):
            await caller.hears("No, press 2").presses("2")
        await caller.presses("2").presses("3").presses("1").presses("2").presses("1")
        await caller.presses("7#").hears("In Pacific time")

    return go


@pytest.fixture
def to_booked(to_the_times: To) -> To:
    """On to the sentence that a booking is for."""

    async def go(caller: Caller) -> None:
        await to_the_times(caller)
        await caller.presses("1").presses("1").hears("You are booked")

    return go
