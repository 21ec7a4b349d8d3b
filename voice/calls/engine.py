"""Advances a call: store the keys, replay, perform effects, until the next turn or the end."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from psycopg.errors import (
    DeadlockDetected,
    FeatureNotSupported,
    LockNotAvailable,
    UniqueViolation,
)

from calendar_sync.bookings import visit_lookup
from voice import routing
from voice.bootstrap import Line
from voice.calls import journal
from voice.calls.effect_runner import perform_and_keep
from voice.dialogue.call import replay
from voice.dialogue.effects import Effect
from voice.dialogue.turns import Connected, EffectRequested, Ending, Goodbye, Turn
from voice.flows.routing import answered
from voice.flows.transfer import transfer_to_staff

_VISITS = {
    ("some", True): "known",
    ("gone", True): "cancelled",
    ("some", False): "unverified",
}
LOCKED_SECONDS = 1.5
"""How long an effect is tried again while its row is locked: less than a turn may take."""
_STORE_OUTCOME = "UPDATE call SET outcome = coalesce(outcome, %s) WHERE sid = %s"


class CallOverError(Exception):
    """A request about a call that ended over a day ago: somebody replays what Twilio signed."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a call is, and whether the same request had led there before."""

    here: Turn | Ending
    repeated: bool


async def begin(
    line: Line, sid: str, caller: str, *, forwarded: bool = False, vouched: bool = False
) -> Reached:
    """A call arrives from ``caller`` (E.164, or "" when it cannot be called back).

    While a `forwarded` call lasts the clinic's phone is not rung. `vouched`: the number is the
    caller's own, says the carrier. A call keeps the routing of its beginning, and what its number
    had then: the first request finds nothing else in the journal. Raises CallOverError.
    """
    async with line.pool.connection() as conn:
        begun = await journal.begin(conn, sid, caller, vouched=vouched)
        if begun.is_over:
            raise CallOverError
        rows = begun.rows
        if len(rows) == 1:
            coming = await visit_lookup.coming(conn, caller, line.now()) if caller else ""
            if said := _VISITS.get((coming, vouched)):
                rows = await journal.keep(conn, sid, rows, journal.VISITS, said)
            name = await routing.current(conn, line.settings.routing, line.now())
            if name != "line":
                rows = await journal.keep(conn, sid, rows, journal.ROUTING, name)
        if forwarded:
            rows = await journal.keep(conn, sid, rows, journal.FORWARDED, "yes")
    return Reached(await _run(line, sid, rows), repeated=not begun.is_new)


async def answer(line: Line, sid: str, name: str, keyed: str) -> Reached | None:
    """The caller pressed ``keyed`` ("" for silence) at the attempt ``name`` (``step~number``).

    The first value of a name wins, so a repeated or late webhook changes nothing. None for a call
    that never began. Raises CallOverError.
    """
    async with line.pool.connection() as conn:
        kept = await journal.keep_keys(conn, sid, name, keyed)
    if kept.is_over:
        raise CallOverError
    if not kept.rows:
        return None
    return Reached(await _run(line, sid, kept.rows), repeated=not kept.is_new)


async def _run(line: Line, sid: str, rows: dict[str, str]) -> Turn | Ending:
    while True:
        match replay(answered, rows, line.prompt_facts, transfer_to_staff):
            case EffectRequested(step=step, effect=effect):
                rows = await _perform(line, sid, rows, step, effect)
            case Goodbye() | Connected() as ending:
                async with line.pool.connection() as conn:
                    await conn.execute(_STORE_OUTCOME, (ending.outcome, sid))
                return ending
            case turn:
                return turn


async def _perform(
    line: Line, sid: str, rows: dict[str, str], step: str, effect: Effect[Any]
) -> dict[str, str]:
    """Perform an effect, again while somebody else works on its row: a job, or a slow commit.

    Also when two visits got the same code at one moment, and after a migration changed a table that
    its statements read: see `BoundedPool`.
    """
    until = time.monotonic() + LOCKED_SECONDS
    while time.monotonic() < until:
        with suppress(LockNotAvailable, DeadlockDetected, UniqueViolation, FeatureNotSupported):
            return await perform_and_keep(line, sid, rows, step, effect)
    return await perform_and_keep(line, sid, rows, step, effect)
