"""Runs a call on: keep what was keyed, replay, do what the flow wants, until a turn or the end."""

from voice.bootstrap import Line
from voice.calls import journal
from voice.calls.effect_runner import perform
from voice.dialogue.call import replay
from voice.dialogue.turns import Connected, EffectRequested, Ending, Goodbye, Turn
from voice.flows.greeting import the_call
from voice.flows.transfer import transfer_to_staff

_END = "UPDATE call SET outcome = coalesce(outcome, %s) WHERE sid = %s"


async def begin(line: Line, sid: str, caller: str) -> Turn | Ending:
    """A call arrives from ``caller`` (E.164, or "" when it cannot be called back)."""
    async with line.pool.connection() as conn:
        rows = await journal.begin(conn, sid, caller)
    return await _go_on(line, sid, rows)


async def heard(line: Line, sid: str, name: str, keyed: str) -> Turn | Ending | None:
    """The caller keyed something, or stayed silent, at the asking called ``name``.

    The first value of a name stays: a webhook that comes twice, or late, changes nothing. None for
    a call that never began.
    """
    async with line.pool.connection() as conn:
        rows = await journal.keep(conn, sid, name, keyed)
    return await _go_on(line, sid, rows) if rows else None


async def _go_on(line: Line, sid: str, rows: dict[str, str]) -> Turn | Ending:
    while True:
        match replay(the_call, rows, line.prompt_facts, transfer_to_staff):
            case EffectRequested(step=step, effect=effect):
                brought = await perform(line, sid, step, effect)
                async with line.pool.connection() as conn:
                    rows = await journal.keep(conn, sid, step, brought)
            case Goodbye() | Connected() as ending:
                async with line.pool.connection() as conn:
                    await conn.execute(_END, (ending.outcome, sid))
                return ending
            case turn:
                return turn
