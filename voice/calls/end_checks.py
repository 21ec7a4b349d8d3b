"""Asks Twilio how calls ended whose end was not stored, such as while the database was down.

Twilio reports the end of a call once, and does not repeat a report that was answered.
"""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from voice.bootstrap import Line
from voice.calls.call_end import ENDED, UNKNOWN, store_end
from voice.texts.twilio_sender import RequestFailed, TwilioAccess

log = structlog.get_logger(__name__)

FORGOTTEN_AFTER = timedelta(days=3)
"""Calls that began before this are left alone: a call-back would come too late."""
BATCH = 20
"""Calls looked up by one run, one after the other."""

_NOT_FOUND, _FORBIDDEN = 404, {401, 403}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_WARN_AGAIN = timedelta(days=1)
_REMEDY = "allow the API key to read calls, or use the account's auth token"
# At random, so that calls that cannot be looked up yet do not keep the others waiting.
_WITHOUT_END = """
SELECT sid FROM call
WHERE ended_at IS NULL AND began_at < now() - %s AND began_at > now() - %s
ORDER BY random() LIMIT %s
"""


async def check_ended_calls(line: Line) -> None:
    """Look up calls without an end, and store the end of those that are over.

    A call is looked up once it began CALL_CHECK_MINUTES ago. One that Twilio does not have is over
    too. The first request that fails ends the run: the next one, a minute later, tries again. Does
    nothing in a demo or without Twilio's credentials.
    """
    settings = line.settings
    if settings.is_demo or not (settings.twilio_account_sid and all(settings.rest_login)):
        return
    async with line.pool.connection() as conn:
        age = timedelta(minutes=settings.call_check_minutes)
        rows = await conn.execute(_WITHOUT_END, [age, FORGOTTEN_AFTER, BATCH])
        sids = [str(sid) for (sid,) in await rows.fetchall()]
    if not sids:
        return
    with closing(TwilioAccess(settings)) as access:
        for sid in sids:
            found = await access.ask(partial(_end_of, sid))
            if isinstance(found, RequestFailed) and found.status != _NOT_FOUND:
                _REFUSED.warn(found, line.now())
                return
            _REFUSED.status = None
            status, at = (UNKNOWN, None) if isinstance(found, RequestFailed) else found
            if status in {*ENDED, UNKNOWN}:
                await store_end(line, sid, status, at)
                log.info("stored the end of a call, which was missing", call=sid, status=status)


@dataclass
class _Refused:
    """What this process has last warned of: the HTTP status, and when (UTC)."""

    status: int | None = None
    at: datetime = _LONG_AGO

    def warn(self, found: RequestFailed, now: datetime) -> None:
        """Warn, of the same thing once a day: a key that may not read calls fails every minute."""
        if found.status == self.status and abs(now - self.at) < _WARN_AGAIN:
            return
        self.status, self.at = found.status, now
        log.warning(
            "Twilio does not say how calls ended; it is asked again every minute",
            why=f"{found.why} ({found.status})",
            remedy=_REMEDY if found.status in _FORBIDDEN else None,
        )


_REFUSED = _Refused()


def _end_of(sid: str, twilio: Any) -> tuple[str, datetime | None]:  # noqa: ANN401  # it ships no types
    """The call's status at Twilio, and when it ended (UTC)."""
    call = twilio.calls(sid).fetch()
    return str(call.status), call.end_time
