"""Robots call a real line while patients do: `make prove-flood CALLS=5000 PATIENTS=50`.

Real processes and signed HTTP on this computer alone, with the limits as they are set by default.
Fails if a limit was exceeded at any moment, or if a patient did not book.
"""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from prove.databases import Database
from prove.network import BASE, Network, get
from prove.options import run_folder, settings
from prove.processes import Processes
from stand_ins.google.server import Google
from stand_ins.twilio.server import ACCOUNT, Twilio
from support.flood_calls import FloodCall, patients, robots

_AT_ONCE = 24
_WATCHED = """
SELECT (SELECT count(*) FROM booking WHERE state = 'held' AND confirmed_at IS NULL
          AND expires_at > now()) AS held,
       (SELECT coalesce(max(n), 0) FROM (
          SELECT count(*) AS n FROM booking WHERE state IN ('held', 'booked')
            AND confirmed_at IS NOT NULL GROUP BY number) AS each) AS visits,
       (SELECT count(*) FROM booking JOIN call ON sid = call_sid
        WHERE confirmed_at IS NOT NULL AND keyed_back_at IS NULL) AS unasked
"""
"""Live holds, visits of one number, and bookings of callers who keyed no number back."""
_LIMITS = {"visits": 2, "unasked": 40}
"""LIMIT_COMING_VISITS and LIMIT_BOOKINGS_PER_DAY, as they are by default."""


def main() -> int:
    """The whole run; the number of things that went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--patients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    return asyncio.run(_run(asked.calls, asked.patients, asked.seed))


async def _run(calls: int, people: int, seed: int) -> int:
    chance = random.Random(seed)  # noqa: S311  # a run can be repeated
    folder = run_folder("flood-")
    async with AsyncExitStack() as stack:
        google, twilio = stack.enter_context(Google()), stack.enter_context(Twilio())
        env = settings(google, twilio, folder) | {"LIMITS": "on"}
        database = Database(folder / "data", "screening_line")
        stack.callback(database.engine.stop)
        processes = await stack.enter_async_context(Processes(folder, env, chance))
        stack.callback(database.kill)
        processes.want("line", "serve", web=True)
        for _ in range(600):
            if await get(processes.web[0], "/readyz") == "ready":
                break
            await asyncio.sleep(0.2)
        network = Network(lambda: processes.web, chance, doubled=0)
        flood = robots(network, BASE, ACCOUNT, calls, chance)
        callers = patients(network, BASE, ACCOUNT, people, chance)
        most = await _all_at_once(database, flood, callers)
        return _report(database, flood, callers, most)


async def _all_at_once(
    database: Database, flood: Sequence[FloodCall], callers: Sequence[FloodCall]
) -> dict[str, int]:
    """Robots call, `_AT_ONCE` at a time, with patients among them; the highest counts seen."""
    every = max(1, len(flood) // max(1, len(callers)))
    order: list[FloodCall] = []
    for number, robot in enumerate(flood):
        order.append(robot)
        if number % every == every // 2 and number // every < len(callers):
            order.append(callers[number // every])
    waiting = iter(order)

    async def place() -> None:
        for call in waiting:
            await call.live()

    most = {"held": 0, "visits": 0, "unasked": 0}
    began = time.monotonic()
    work = [asyncio.create_task(place()) for _ in range(_AT_ONCE)]
    while not all(task.done() for task in work):
        await asyncio.wait(work, timeout=1)
        row = await asyncio.to_thread(database.rows, _WATCHED)
        most = {name: max(most[name], row[0][name]) for name in most}
    await asyncio.gather(*work)
    print(f"{len(order)} calls in {time.monotonic() - began:.0f} s")  # noqa: T201  # the result
    return most


def _report(
    database: Database,
    flood: Sequence[FloodCall],
    callers: Sequence[FloodCall],
    most: dict[str, int],
) -> int:
    [ends] = database.rows(
        "SELECT count(*) FILTER (WHERE outcome = 'booked') AS booked,"
        " count(*) FILTER (WHERE outcome LIKE '%over a limit%') AS refused,"
        " count(*) FILTER (WHERE number_spoken_at IS NOT NULL) AS asked,"
        " count(*) FILTER (WHERE keyed_back_at IS NOT NULL) AS keyed FROM call"
    )
    told = database.rows("SELECT detail FROM call_back WHERE code = 'limit_reached' ORDER BY 1")
    lines = [
        f"robots booked: {sum(call.is_booked for call in flood)} of {len(flood)} calls",
        f"patients booked: {sum(call.is_booked for call in callers)} of {len(callers)}",
        f"most held at once: {most['held']}; most visits of one number: {most['visits']}",
        f"booked without a number keyed back: {most['unasked']}",
        f"calls that ended booked: {ends['booked']}; over a limit: {ends['refused']}",
        f"calls in which a number was spoken: {ends['asked']}; keyed back: {ends['keyed']}",
        f"staff were told once each of: {', '.join(row['detail'] for row in told)}",
    ]
    wrong = [call.said[-2:] for call in callers if not call.is_booked]
    wrong += (
        [[f"{most['visits']} visits of one number"]] if most["visits"] > 2 else []
    )  # LIMIT_COMING_VISITS
    wrong += (
        [[f"{most['unasked']} booked unasked"]] if most["unasked"] > 40 else []
    )  # LIMIT_BOOKINGS_PER_DAY
    print("\n".join([*lines, *(f"WRONG: {each}" for each in wrong)]))  # noqa: T201  # the result
    return len(wrong)


if __name__ == "__main__":
    sys.exit(min(1, main()))
