"""Google's notifications that the screenings calendar has changed."""

import psycopg
import structlog
from fastapi import APIRouter, Request, Response
from psycopg_pool import PoolTimeout

from calendar_sync import job_queue
from calendar_sync.sync.watch_channels import is_known
from voice.bootstrap import Line
from voice.refusals import refused

log = structlog.get_logger(__name__)

_CHANGED = {"exists", "not_exists"}
"""Resource states that report a change; the third, "sync", only confirms a new channel."""


def push_router(line: Line) -> APIRouter:
    """The route that Google posts to; a notification of an unknown channel gets 403.

    A notification only says that something changed, so its body is never read: the job that it
    starts reads the changes from the calendar.
    """
    router = APIRouter()

    @router.post("/calendar/changed")
    async def changed(request: Request) -> Response:
        """Read the changes now instead of within a minute."""
        said = request.headers
        channel, token = said.get("X-Goog-Channel-ID", ""), said.get("X-Goog-Channel-Token", "")
        resource = said.get("X-Goog-Resource-ID", "")
        try:
            async with line.pool.connection() as conn:
                if not await is_known(conn, channel, token, resource, line.now()):
                    refused("not from a watch channel of ours")
                    return Response(status_code=403)
                if said.get("X-Goog-Resource-State") in _CHANGED:
                    await job_queue.follow_staff(conn)
        except (psycopg.Error, PoolTimeout):
            log.exception("a calendar notification arrived while the database was down")
            return Response(status_code=503)  # Google sends it again
        return Response(status_code=204)

    return router
