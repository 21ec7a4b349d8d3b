"""What each error from Google means, during a call and in the background.

A call never asks Google; it says what the booking's row says. "Pending" means: the caller hears
that the time is saved and that the clinic will contact them, and after five minutes the booking is
on the call-back list too. A job retries after 0, 1, 2 ... 300 seconds, or later if Google asks for
it, so everything recovers once Google is back.

Before an insert the job asks free/busy, so a general failure shows there: pending. "Not booked" is
for an insert that Google refuses while it still answers free/busy.

| failure | during a call | in the background |
|---|---|---|
| sign-in expired (RefreshError), 401 | pending | retried each minute or later |
| 403 of permissions or access | not booked, call-back | logged each minute |
| 403 rate limits, 429 | pending | retried, not before Retry-After |
| 403 quotaExceeded | pending | retried after an hour |
| 404 on the calendar (no longer shared) | not booked, call-back | logged each minute |
| a busy calendar no longer shared | pending; no offers after 10 minutes | retried |
| 409, the id is used by our own event | booked | the same |
| 409, staff deleted that event | not booked, call-back | the same; restored, it is booked again |
| 409, the id is used by another event | booked under the next id | the same |
| 410 on delete | nothing | the event is gone, as intended |
| 410 on a sync token | nothing | a full reading, compared with the bookings |
| 412 | nothing | read again; what staff wrote stays |
| no push channel | nothing | logged and requested again; changes are read each minute |
| 400 "Invalid conference type value." | booked without a Meet link | VIDEO_URL or "needs a link" |
| 400, any other | not booked, call-back | logged |
| 500, 503 | pending, looked up by id | retried with the same id |
| slow or hanging, reset before or after the effect | the same | the same |
| an answer that is not JSON, or not what was asked for | the same | the same |
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from google.auth.exceptions import RefreshError, TransportError
from googleapiclient.errors import HttpError

Kind = Literal["unknown", "sign-in", "set-up", "missing", "exists", "gone", "changed", "invalid"]

SIGN_IN_WAIT = 60
QUOTA_WAIT = 3600
_MAX_WAIT = 3600
_SLOW_DOWN = {"rateLimitExceeded", "userRateLimitExceeded"}


@dataclass(frozen=True, slots=True)
class RequestFailure:
    """A request that failed. `why` holds nothing from the request; `wait` is in seconds."""

    kind: Kind
    why: str
    wait: int = 0
    no_conference: bool = False


def failure_of(error: BaseException) -> RequestFailure:
    """What an exception from the client means; any that is not recognized is unknown."""
    if isinstance(error, HttpError):
        return _of_status(error)
    if isinstance(error, RefreshError):
        if error.retryable:
            return RequestFailure("unknown", "Google's sign-in did not answer")
        return RequestFailure(
            "sign-in", "the sign-in at Google has ended; sign in again", SIGN_IN_WAIT
        )
    if isinstance(error, TransportError):
        return RequestFailure("unknown", "Google's sign-in was not reached")
    return RequestFailure("unknown", f"Google was not reached: {type(error).__name__}")


def _of_status(error: HttpError) -> RequestFailure:  # noqa: C901, PLR0911  # the table, row by row
    status, reason, message = int(error.resp.status), *_reason(error)
    why = f"Google answered {status} {reason}".strip()
    match status:
        case 400:
            return RequestFailure("invalid", why, no_conference="conference type" in message)
        case 401:
            return RequestFailure("sign-in", why, SIGN_IN_WAIT)
        case 429:
            return RequestFailure("unknown", why, _requested_wait(error.resp))
        case 403 if reason in _SLOW_DOWN:
            return RequestFailure("unknown", why, _requested_wait(error.resp))
        case 403 if reason == "quotaExceeded":
            return RequestFailure("unknown", why, QUOTA_WAIT)
        case 403:
            return RequestFailure("set-up", why)
        case 404:
            return RequestFailure("missing", why)
        case 409:
            return RequestFailure("exists", why)
        case 410:
            return RequestFailure("gone", why)
        case 412:
            return RequestFailure("changed", why)
        case _:
            return RequestFailure("unknown", why, _requested_wait(error.resp))


def _reason(error: HttpError) -> tuple[str, str]:
    """Reason and message from the error body; only letters of the reason are passed on."""
    try:
        body = json.loads(error.content)["error"]
        reason, message = str(body["errors"][0]["reason"]), str(body["message"])
    except (ValueError, LookupError, TypeError):
        return "", ""
    return re.sub(r"[^A-Za-z]", "", reason)[:60], message


def _requested_wait(answer: Any) -> int:  # noqa: ANN401  # httplib2 has no types
    """Retry-After in seconds; a date, or nothing, is 0."""
    text = str(answer.get("retry-after", ""))
    return min(int(text), _MAX_WAIT) if text.isdecimal() else 0
