"""Callers who were lost before they had what they wanted: staff call them back.

Who pressed 0, reached nobody and hung up is always called back, and so is who asked for a call or
had a danger sign when the request could not be stored. Who hung up on a chosen time, or was given
up on, only with UNFINISHED_CALLS=call-back; either way the daily summary counts them.
"""

import re
from collections.abc import Mapping

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from voice.bootstrap import Line
from voice.calls import journal
from voice.calls.effect_runner import request_call_back
from voice.dialogue.call import replay
from voice.dialogue.effects import AskCallBack
from voice.dialogue.turns import EffectRequested, Ending, Turn
from voice.flows.routing import answered
from voice.flows.transfer import WithoutStaff, transfer_to_staff

_ASKED = re.compile(r"(.*\.)?person\.desk([.-]\d+)*")
_WENT_ON = re.compile(r"(.*\.)?person\.(instead|after_stop)([.-]\d+)*~\d+")
_HELD = re.compile(r"hold([.-]\d+)*")
_BOOK = re.compile(r"book([.-]\d+)*")
_CALL_BACK = re.compile(r"(.*\.)?call_back([.-]\d+)*")


async def call_back_unfinished(
    line: Line, conn: AsyncConnection, sid: str, rows: Mapping[str, str], outcome: str
) -> None:
    """Put a call that ended on the call-back list if it was lost, and its number is known.

    `rows` is its journal.
    """
    reason = _lost(rows, outcome)
    if reason is None and outcome != "hung up":
        return
    here = _where_it_ended(line, rows)
    if isinstance(here, EffectRequested) and isinstance(here.effect, AskCallBack):
        await request_call_back(conn, sid, here.effect)  # the turn that should have done so failed
        return
    number = rows.get(journal.CALLER)
    if reason is None or not number:
        return
    if reason is Reason.ASKED_FOR_PERSON or line.settings.unfinished_calls == "call-back":
        language = here.language if isinstance(here, Turn) else "en"
        await call_backs.request(conn, call_backs.Caller(sid, number, language), reason)


def _where_it_ended(line: Line, rows: Mapping[str, str]) -> Turn | Ending | EffectRequested | None:
    """What would come next; None after a bug in a flow, so that the end is stored all the same."""
    try:
        return replay(answered, rows, line.prompt_facts, transfer_to_staff)
    except Exception:  # noqa: BLE001  # it was logged in its turn
        return None


def _lost(rows: Mapping[str, str], outcome: str) -> Reason | None:
    """Why the caller should be called; None if they were not lost."""
    if outcome == "gave up":
        return Reason.GAVE_UP
    if outcome != "hung up" or any(_CALL_BACK.fullmatch(name) for name in rows):
        return None
    asked = sum(bool(_ASKED.fullmatch(name)) for name in rows)
    went_on = sum(
        keyed == WithoutStaff.GO_ON.key for name, keyed in rows.items() if _WENT_ON.fullmatch(name)
    )
    if asked > went_on:
        return Reason.ASKED_FOR_PERSON
    chose = any(_HELD.fullmatch(name) and '"held"' in value for name, value in rows.items())
    booked = any(_BOOK.fullmatch(name) and '"asked"' in value for name, value in rows.items())
    return Reason.UNFINISHED if chose and not booked else None
