"""The stand-in's error responses, in Google's format.

Source of codes, reasons and messages: Google's guide "Handle API errors" and the Calendar API
discovery document; where we know one only from reports, the place that raises it says so.
"""

import json
from dataclasses import dataclass, field


@dataclass
class Refusal(Exception):  # noqa: N818  # the name states the event
    """An error response; `rule` is set when the request broke a rule that a client can know."""

    status: int
    reason: str
    message: str
    rule: bool = False
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def body(self) -> bytes:
        """The JSON body from which the client reads the reason."""
        one = {"domain": "global", "reason": self.reason, "message": self.message}
        return json.dumps(
            {"error": {"errors": [one], "code": self.status, "message": self.message}}
        ).encode()


def broken(reason: str, message: str) -> Refusal:
    """A request that no client should send."""
    return Refusal(400, reason, message, rule=True)


NOT_FOUND = ("notFound", "Not Found")


def not_found() -> Refusal:
    """An inaccessible calendar or an unknown event, which get the same answer."""
    return Refusal(404, *NOT_FOUND)


def named(status: int, reason: str = "", retry_after: int | None = None) -> Refusal:
    """An injected error, with its message."""
    messages = {
        401: ("authError", "Invalid Credentials"),
        403: ("rateLimitExceeded", "Rate Limit Exceeded"),
        404: NOT_FOUND,
        409: ("duplicate", "The requested identifier already exists."),
        410: ("deleted", "Resource has been deleted"),
        412: ("conditionNotMet", "Precondition Failed"),
        429: ("rateLimitExceeded", "Rate Limit Exceeded"),
        500: ("backendError", "Backend Error"),
        503: ("backendError", "Service unavailable. Please try again"),
    }
    usual, message = messages.get(status, ("error", "Error"))
    headers: dict[str, str] = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if status == 401:
        # Without this header httplib2 raises MalformedHeader instead of answering (seen).
        headers["WWW-Authenticate"] = 'Bearer realm="https://accounts.google.com/"'
    return Refusal(status, reason or usual, message, headers=headers)
