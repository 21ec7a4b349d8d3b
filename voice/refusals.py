"""Counts requests that were refused, and logs them once a minute instead of one line each."""

import time
from collections import Counter

import structlog
from prometheus_client import Counter as Metric

log = structlog.get_logger(__name__)

REFUSED = Metric("screening_line_refused_total", "Requests refused, by reason.", ["reason"])
_EVERY = 60.0
"""Seconds between two log lines; the first refusal after a quiet minute is logged at once."""


class _Log:
    """What was refused since the last line."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.last = float("-inf")


_LOG = _Log()


def refused(reason: str) -> None:
    """Count one refusal. `reason` is one of a few fixed phrases, never a client's words."""
    REFUSED.labels(reason).inc()
    _LOG.counts[reason] += 1
    now = time.monotonic()
    if now - _LOG.last >= _EVERY:
        _LOG.last = now
        log.warning("requests refused", counts=dict(_LOG.counts))
        _LOG.counts.clear()
