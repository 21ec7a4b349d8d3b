"""One log line and one count for each voice request of Twilio, without anything the caller said.

The step of a request is in neither: after a danger sign its name alone gives the answer away. Who
looks into one call finds the steps in its journal, by the call's SID.
"""

import time
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import structlog
from prometheus_client import Counter

log = structlog.get_logger(__name__)

Outcome = Literal["answered", "repeated", "fallback"]
"""The caller's next document; the same again, since Twilio sent the request before; or the fallback
response, after a failure or because the document was not ready in time."""

TURNS = Counter(
    "screening_line_turns_total", "Voice requests of Twilio, by outcome.", ["request", "outcome"]
)
_turns = cache(TURNS.labels)


@dataclass(frozen=True, slots=True)
class TurnLog:
    """A request whose answer is being made.

    `request` is what Twilio asked for, such as "turn"; `call` the call's SID, "" without one;
    `language` the one that the caller has just heard.
    """

    request: str
    call: str
    language: str
    _began: float = field(default_factory=time.perf_counter)

    def write(self, *, repeated: bool = False, failed: bool = False) -> None:
        """Log and count the answer; `ms` is the time since this object was made."""
        outcome: Outcome = "fallback" if failed else "repeated" if repeated else "answered"
        _turns(self.request, outcome).inc()
        log.info(
            "turn",
            request=self.request,
            call=self.call,
            language=self.language,
            outcome=outcome,
            ms=round(1000 * (time.perf_counter() - self._began), 1),
        )
