"""A caller who hung up while moving a visit: the time is let go, or staff say how it went."""

import json
import re
from collections.abc import Iterable

from psycopg import AsyncConnection

from calendar_sync.bookings import call_backs, holds, patient_changes
from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.call_back_reasons import Reason
from voice.bootstrap import Line

_HELD = re.compile(r"visit\.hold([.-]\d+)*")
_YES = re.compile(r"visit\.move([.-]\d+)*")
_COVER = re.compile(r"visit\.moving([.-]\d+)*~\d+")
_TOLD_BY_STAFF = re.compile(r"visit\.unseen([.-]\d+)*")


async def end_move(line: Line, conn: AsyncConnection, journal: Iterable[tuple[str, str]]) -> None:
    """Settle what a call that is over left of a move; ``journal`` is the call's, oldest first.

    A time without a yes is free at once. A yes whose outcome the caller did not hear is told by
    text if the visit has moved and its patient gets texts; else staff call.
    """
    held_id, unheard = _last_time(journal)
    if held_id is None:
        return
    held = await booking(conn, held_id)
    if held.moves is None:
        if held.state == "held":
            await holds.release_unconfirmed(conn, held.call_sid)
        return
    visit = await booking(conn, held.moves)
    moved = patient_changes.move_state(held, line.clinic) == "moved"
    texted = visit.text_number is not None and not visit.text_trouble
    if unheard and not (moved and texted):
        await call_backs.request_again(conn, visit, Reason.MOVE_UNHEARD)


def _last_time(journal: Iterable[tuple[str, str]]) -> tuple[int | None, bool]:
    """The booking of the last time that was held, and whether its outcome was left unheard."""
    held, unheard = None, False
    for name, value in journal:
        if _HELD.fullmatch(name) and '"held"' in value:
            held = int(json.loads(value)["booking"])
        elif _YES.fullmatch(name):
            unheard = '"kept"' in value
        elif _TOLD_BY_STAFF.fullmatch(name) or ("~" in name and not _COVER.fullmatch(name)):
            unheard = False
    return held, unheard
