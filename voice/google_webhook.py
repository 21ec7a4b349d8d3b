"""Google's notifications that the screenings calendar has changed."""

import structlog
from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers

from calendar_sync import job_queue
from calendar_sync.sync.watch_channels import is_known
from voice.background import within
from voice.bootstrap import Line
from voice.refusals import refused

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 4.5
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
        try:
            status = await within(ANSWER_SECONDS, _keep(line, request.headers))
        except Exception:
            log.exception("a calendar notification could not be kept; Google sends it again")
            status = 503
        return Response(status_code=status)

    return router


async def _keep(line: Line, said: Headers) -> int:
    """Start the job that reads the changes; the HTTP status for Google."""
    channel, token = said.get("X-Goog-Channel-ID", ""), said.get("X-Goog-Channel-Token", "")
    resource = said.get("X-Goog-Resource-ID", "")
    async with line.pool.connection() as conn:
        if not await is_known(conn, channel, token, resource, line.now()):
            refused("not from a watch channel of ours")
            return 403
        if said.get("X-Goog-Resource-State") in _CHANGED:
            await job_queue.follow_staff(conn)
    return 204
