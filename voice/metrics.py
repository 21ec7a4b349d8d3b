"""Prometheus metrics: those that processes count, and those that are read when they are asked for.

A process counts with `prometheus_client`'s own classes, next to what is counted.
"""

import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = Histogram(
    "screening_line_answer_seconds",
    "Response time in seconds, by route and status.",
    ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_seconds = cache(SECONDS.labels)
"""The histogram of a route and status."""


class Measured:
    """ASGI middleware that times every response, until the application begins to send it.

    Routes are labeled as declared, so nothing that a client put into a URL becomes a label.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, answered = time.perf_counter(), 500, 0.0

        async def noting_status(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter()
            await send(message)

        try:
            await self._app(scope, receive, noting_status)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            _seconds(route, status).observe((answered or time.perf_counter()) - began)


def exposition(read: Sequence[Metric] = ()) -> bytes:
    """The metrics as Prometheus reads them: `read`, and what all processes have counted.

    They share PROMETHEUS_MULTIPROC_DIR. Without it there is one process.
    Source: https://prometheus.github.io/client_python/multiprocess/
    """
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        counted.register(_AllProcesses())
    once = CollectorRegistry()
    once.register(_Read(read))
    return generate_latest(counted) + generate_latest(once)


class _Read(Collector):
    """Metrics that were read from somewhere."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """The same metrics."""
        return self._metrics


class _AllProcesses(Collector):
    """What every process has counted, also those that have ended."""

    def collect(self) -> Iterable[Metric]:
        """The sums. The file of a process that was killed while it made the file is empty."""
        while True:
            files = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).glob("*.db")
            with suppress(FileNotFoundError):  # a process that starts removes those of ended ones
                merged: Iterable[Metric] = MultiProcessCollector.merge(  # type: ignore[no-untyped-call]  # it ships without types
                    [str(file) for file in files if file.stat().st_size]
                )
                return merged
