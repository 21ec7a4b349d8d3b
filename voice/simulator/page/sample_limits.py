"""Callers of a demo who meet a limit: a number that called too often, a day with many robots.

Only calls of these two numbers have limits in a demo; they are those of a line that takes calls.
"""

from dataclasses import replace
from typing import Literal

from pydantic import BaseModel

from calendar_sync.bookings.booking import bookings_of_call
from voice.bootstrap import Line
from voice.calls import journal
from voice.limits import Limits, limits_in_settings
from voice.simulator.caller_id import CallerId
from voice.simulator.page import sample_patient

OFTEN, AMONG_ROBOTS = "+14255550188", "+14255550166"
"""The numbers that call."""
ROBOT = "+14255550199"
ROBOT_CALL = "CA" + "0" * 31 + "2"
BOOKINGS_PER_DAY = 2
"""The limit on a day with robots, lower than on a real line so that the week does not fill up."""


class ChosenLimit(BaseModel):
    """Which of the two is to call."""

    name: Literal["often", "robots"]


async def meet(line: Line, chosen: ChosenLimit) -> str:
    """Store what leads to the limit; returns what the page says of it."""
    if chosen.name == "often":
        return await _call_often(line)
    return await _book_as_robots(line)


def limits_of_number(line: Line, number: str) -> Limits | None:
    """The limits of a call of this number (E.164); None if it has none."""
    limits = limits_in_settings(line.settings)
    if number == OFTEN:
        return limits
    return replace(limits, bookings_per_day=BOOKINGS_PER_DAY) if number == AMONG_ROBOTS else None


async def _call_often(line: Line) -> str:
    """As many calls of the number as one may make within an hour, so that the next exceeds it."""
    calls = limits_in_settings(line.settings).calls_per_hour
    async with line.pool.connection() as conn:
        for _ in range(calls):
            await journal.begin(conn, CallerId(OFTEN).call_sid, OFTEN)
    return f"This number has called {calls} times within the hour, and may not book in one more."


async def _book_as_robots(line: Line) -> str:
    """As many visits as may be booked in a day before every caller keys a number back."""
    async with line.pool.connection() as conn:
        await journal.begin(conn, ROBOT_CALL, ROBOT)
        made = await bookings_of_call(conn, ROBOT_CALL)
    standing = sum(each.state == "booked" for each in made)
    for number in range(standing, BOOKINGS_PER_DAY):
        before = len(made) + number - standing
        if await sample_patient.book(line, ROBOT_CALL, ROBOT, before) is None:
            return "No time is free, so robots could book none."
    return (
        f"Robots have booked {BOOKINGS_PER_DAY} visits, which is the limit of this day:"
        " every further caller keys back a number."
    )
