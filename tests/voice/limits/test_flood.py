"""Robots call at once with patients: no limit is exceeded, and each patient books.

`make prove-flood` does the same with thousands of calls to real processes.
"""

import asyncio
import random

import pytest
from stand_ins.twilio.server import ACCOUNT
from support.flood_calls import patients, robots
from support.text_clinic import BASE

from voice.app import create_app
from voice.bootstrap import Line
from voice.simulator.transport import InProcess

TOGETHER = 8


@pytest.mark.parametrize("changes", [{"limit_bookings_per_day": 6}])
async def test_patients_book_while_robots_call(line: Line) -> None:
    """One number, many numbers and none call; patients hear a number and key it back."""
    chance = random.Random(3)  # noqa: S311  # a run can be repeated
    post = InProcess(create_app(line), BASE, line.settings.tokens[0])
    flood = robots(post, BASE, ACCOUNT, 36, chance)
    people = patients(post, BASE, ACCOUNT, 4, chance)
    waiting = iter([*flood[:12], people[0], *flood[12:24], *people[1:3], *flood[24:], people[3]])

    async def place() -> None:
        for call in waiting:
            await call.live()

    await asyncio.gather(*(place() for _ in range(TOGETHER)))
    assert [call.is_booked for call in people] == [True] * 4, [call.said[-2:] for call in people]
    assert not [call.said[-1] for call in flood if "went wrong" in call.said[-1]]
    async with line.pool.connection() as conn:
        rows = await conn.execute(
            "SELECT count(*) FROM booking JOIN call ON sid = call_sid"
            " WHERE confirmed_at IS NOT NULL AND keyed_back_at IS NULL"
        )
        [unasked] = await rows.fetchone() or [0]
    assert 1 <= unasked <= 6
    assert any("key in" in said for call in people for said in call.said)
