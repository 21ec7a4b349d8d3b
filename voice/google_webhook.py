"""Google's messages that the screenings calendar has changed, and what they set going."""

import psycopg
import structlog
from fastapi import APIRouter, Request, Response
from psycopg_pool import PoolTimeout

from calendar_sync import job_queue
from calendar_sync.sync.watch_channels import is_known
from voice.bootstrap import Line

log = structlog.get_logger(__name__)

_CHANGED = {"exists", "not_exists"}
"""Resource states that tell of a change; the third, "sync", only says that a channel is open."""


def push_router(line: Line) -> APIRouter:
    """The route that Google posts to; a message of no channel of ours gets 403 and has no effect.

    A message says only that something changed. Its body is not read; the changes are.
    """
    router = APIRouter()

    @router.post("/calendar/changed")
    async def changed(request: Request) -> Response:
        """Something changed: read the changes at once instead of within a minute."""
        said = request.headers
        channel, token = said.get("X-Goog-Channel-ID", ""), said.get("X-Goog-Channel-Token", "")
        resource = said.get("X-Goog-Resource-ID", "")
        try:
            async with line.pool.connection() as conn:
                if not await is_known(conn, channel, token, resource, line.now()):
                    log.warning("refused: no message of a channel of ours", path=request.url.path)
                    return Response(status_code=403)
                if said.get("X-Goog-Resource-State") in _CHANGED:
                    await job_queue.follow_staff(conn)
        except (psycopg.Error, PoolTimeout):
            log.exception("a change was told while the database was away")
            return Response(status_code=503)  # Google tells it again
        return Response(status_code=204)

    return router
