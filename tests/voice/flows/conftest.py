"""Ways to reach the middle of a call."""

import pytest
import pytest_asyncio
from support.caller import Caller
from support.keypad import answers_safety, answers_triage
from support.patients import Calls, To
from support.returning import VOUCHED, booked_visit

from voice.bootstrap import Line


@pytest.fixture
def to_the_times() -> To:
    """Go from the greeting, with a no to every safety question and six answers, to the offers."""

    async def go(caller: Caller) -> None:
        await caller.presses("1")
        await answers_safety(caller)
        await answers_triage(caller)
        await caller.hears("In Pacific time")

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


@pytest_asyncio.fixture
async def visit(line: Line) -> int:
    """The visit of +14255550123, with texts: Tuesday, December 1st, 9 AM."""
    return await booked_visit(line)


@pytest_asyncio.fixture
async def known(calls: Calls, visit: int) -> Caller:
    """Its patient calls, and the carrier vouches for the number."""
    assert visit
    return await calls(signed=VOUCHED)
