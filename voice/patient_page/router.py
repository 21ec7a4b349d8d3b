"""The routes of the patient's page, and what guards all of them.

The token stands in the address, so no address of these routes is logged or measured: measured is
the route as declared, and the web server keeps no list of requests.
"""

from collections.abc import Awaitable, Callable

import psycopg
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from psycopg_pool import PoolTimeout
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from calendar_sync.bookings.booking import Booking, booking
from voice.bootstrap import Line
from voice.patient_page import reschedule, views, wording
from voice.patient_page.privacy import PATH as PRIVACY
from voice.patient_page.privacy import privacy_page
from voice.patient_page.request import VisitRequest, language_of, message
from voice.patient_page.security import (
    HEADERS,
    STRICT_TRANSPORT,
    browser_key,
    form_of,
    give_key,
    is_ours,
)
from voice.patient_page.templates import FILES
from voice.refusals import refused
from voice.visit_links import visit_behind

log = structlog.get_logger(__name__)

_FORBIDDEN, _NOT_FOUND, _BROKEN, _AWAY = 403, 404, 500, 503
_READ = ["GET", "HEAD"]
_VISIT = "/visit/{token}"
_PLACES = (["visit"], [PRIVACY.strip("/")])

Answer = Callable[[VisitRequest], Awaitable[Response]]


def add_visit(app: FastAPI, line: Line) -> None:
    """Put the patient's page into the line's application."""
    app.include_router(_router(line))
    app.add_middleware(Sealed, line=line)


def _router(line: Line) -> APIRouter:
    router = APIRouter()

    async def file(request: Request) -> Response:
        """The style sheet, the script, the picture."""
        content, media_type = FILES.get(request.path_params["name"], (b"", ""))
        if not content:
            return _no_visit(line, request)
        return Response(content, media_type=media_type)

    async def nothing(request: Request) -> Response:
        """Every other address."""
        return _no_visit(line, request)

    router.add_api_route(PRIVACY, privacy_page(line), methods=_READ)
    router.add_api_route("/visit/files/{name}", file, methods=_READ)
    for place, answer in (
        ("", views.show),
        ("/visit.ics", views.file),
        ("/move", reschedule.choose),
        ("/move/{held}", reschedule.look),
        ("/cancel", views.ask_cancel),
    ):
        router.add_api_route(_VISIT + place, _answered(line, answer), methods=_READ)
    for place, answer in (
        ("", views.keep_contact),
        ("/move", reschedule.hold),
        ("/move/{held}", reschedule.confirm),
        ("/cancel", views.cancel),
    ):
        router.add_api_route(_VISIT + place, _answered(line, answer), methods=["POST"])
    for place in ("/visit", "/visit/{rest:path}"):
        router.add_api_route(place, nothing, methods=[*_READ, "POST"])
    return router


def _answered(line: Line, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """First the link, then the form, then the answer; what is wrong has no effect."""

    async def endpoint(request: Request) -> Response:
        token = request.path_params["token"]
        visit = await _behind(line, token)
        if visit is None:
            return _no_visit(line, request)
        language = language_of(request, visit.language)
        sent = request.method == "POST"
        form = await form_of(request) if sent else {}
        public = line.settings.public_base_url
        if form is None or (sent and not is_ours(request, form, token, public)):
            refused("a form that is not from this visit's own page")
            why = wording.NOT_DONE_WHY
            return message(line, language, wording.NOT_DONE, why, _FORBIDDEN, switch=False)
        key = browser_key(request)
        query = {**request.query_params, **request.path_params}
        asked = VisitRequest(line, language, token, visit, query, form, key)
        response = await answer(asked)
        give_key(response, key, secure=public.startswith("https://"))
        return response

    return endpoint


async def _behind(line: Line, token: str) -> Booking | None:
    async with line.pool.connection() as conn:
        visit_id = await visit_behind(conn, token, line.now())
        return None if visit_id is None else await booking(conn, visit_id)


def _no_visit(line: Line, request: Request) -> Response:
    """The same for an old link, a foreign one and a wrong one."""
    language = language_of(request)
    return message(line, language, wording.NO_VISIT, wording.NO_VISIT_WHY, _NOT_FOUND)


class Sealed:
    """Puts the headers on every answer of these routes, and a kind page in place of a failure."""

    def __init__(self, app: ASGIApp, line: Line) -> None:
        self._app, self._line = app, line
        secure = line.settings.public_base_url.startswith("https://")
        self._headers = HEADERS | (STRICT_TRANSPORT if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not ours; seal what is."""
        if scope["type"] != "http" or scope["path"].split("/")[1:2] not in _PLACES:
            await self._app(scope, receive, send)
            return
        begun = False

        async def sealed(answer: Message) -> None:
            nonlocal begun
            if answer["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=answer).update(self._headers)
            await send(answer)

        try:
            await self._app(scope, receive, sealed)
        except Exception as trouble:
            if begun:
                raise
            away = isinstance(trouble, psycopg.OperationalError | PoolTimeout)
            if away:
                log.warning("the patient's page cannot be shown: the database does not answer")
            else:
                log.exception("the patient's page failed")
            language = language_of(Request(scope))
            status = _AWAY if away else _BROKEN
            said = message(
                self._line, language, wording.TROUBLE, wording.TROUBLE_WHY, status, switch=False
            )
            await said(scope, receive, sealed)
