"""Killed anywhere, the command is run again and ends what it began."""

from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import pytest
from support.faulty_calendar import Killed
from support.google_and_twilio import WholeLine
from support.whole_patient import CALLS_FROM, dump

from calendar_sync.calendars.google.client import GoogleAccess
from voice.deletion import calls
from voice.deletion.forget import forget
from voice.texts.twilio_sender import TwilioAccess


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_request_and_run_again_it_continues(
    whole: WholeLine, monkeypatch: pytest.MonkeyPatch, *, after: bool
) -> None:
    """While anything is left at Google or Twilio, the row that leads to it is there."""
    await whole.patient()
    own = ContextVar("own", default=False)  # the worker's requests do not count
    left = 0
    for kind in (GoogleAccess, TwilioAccess):

        async def dies(*given: Any, ask: Any = kind.ask, **named: Any) -> object:  # noqa: ANN401
            nonlocal left
            left -= own.get()
            if own.get() and left == 0 and not after:
                raise Killed
            answer = await ask(*given, **named)
            if own.get() and left == 0:
                raise Killed
            return answer

        monkeypatch.setattr(kind, "ask", dies)
    own.set(True)
    requests = 0
    while await whole.bookings():
        requests += 1
        left = requests
        with suppress(Killed):
            await forget(whole.line.clinic, whole.line.settings, CALLS_FROM)
        if whole.events() or whole.twilio.messages.sent or whole.twilio.calls:
            assert await whole.bookings(), requests
    own.set(False)
    assert requests > 10
    await whole.finishes()


async def test_rows_go_all_or_none(whole: WholeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two tables, nothing of the person is gone from the database."""
    await whole.patient()

    async def dies(*_: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(calls, "delete", dies)
        with pytest.raises(Killed):
            await forget(whole.line.clinic, whole.line.settings, CALLS_FROM)
    async with whole.line.pool.connection() as conn:
        found = await dump(conn)
    assert all(found[table] for table in ("booking", "text", "journal", "call"))
    await whole.finishes()
