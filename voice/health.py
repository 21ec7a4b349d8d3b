"""What a supervisor, a load balancer, and Prometheus ask: `/healthz`, `/readyz`, `/metrics`.

Strangers learn whether the line is up, and nothing else.
"""

import asyncio
import time

import psycopg
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from voice.bootstrap import Line
from voice.line_metrics import LineMetrics
from voice.metrics import exposition
from voice.trusted_client import is_trusted
from voice.worker import a_worker_is_up

_WITHOUT_DATABASE = ", but still waiting for the database: callers hear the fallback response"
_FRESH_SECONDS = 1.0
"""An answer of /readyz is repeated for this long, so that asking often takes no connection."""


def health_routes(line: Line) -> APIRouter:
    """The three routes."""
    router = APIRouter()
    token = line.settings.metrics_token.get_secret_value()
    readiness, line_metrics = _Readiness(line.pool), LineMetrics(line)

    @router.get("/healthz")
    async def healthz(request: Request) -> Response:
        """The process answers, even if its database was never there since the start."""
        waits = line.pool.closed and is_trusted(request, token)
        return Response(f"alive{_WITHOUT_DATABASE if waits else ''}\n", media_type="text/plain")

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        """The database answers and a worker is up; Google being down does not matter here."""
        missing = await readiness.missing()
        if missing and not is_trusted(request, token):
            missing = "not ready"
        return Response(
            f"{missing or 'ready'}\n", media_type="text/plain", status_code=503 if missing else 200
        )

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        """For Prometheus, from this computer or with METRICS_TOKEN."""
        if not is_trusted(request, token):
            return Response(status_code=403)
        read = await line_metrics.read()
        return Response(exposition(read), media_type=CONTENT_TYPE_LATEST)

    return router


class _Readiness:
    """Asks the database at most once a second."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool, self._turn = pool, asyncio.Lock()
        self._asked, self._missing = float("-inf"), ""

    async def missing(self) -> str:
        """What keeps the line from being ready; "" when nothing does."""
        async with self._turn:
            if time.monotonic() - self._asked > _FRESH_SECONDS:
                self._missing = await self._ask()
                self._asked = time.monotonic()
            return self._missing

    async def _ask(self) -> str:
        try:
            return "" if await a_worker_is_up(self._pool) else "no worker is up"
        except (psycopg.Error, PoolTimeout):
            return "the database does not answer"
