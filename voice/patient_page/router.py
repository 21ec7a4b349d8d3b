"""The routes of the patient's page, and what guards all of them.

The token is in the URL, so no URL of these routes is logged or measured: metrics use the route as
declared, and the web server writes no access log.

Whoever has the link may see and change the visit. Its token has 128 random bits, so guesses need
no limit.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response

from calendar_sync.bookings.booking import Booking, booking
from calendar_sync.waiting.taking import taken_visit
from voice import limits
from voice.bootstrap import Line
from voice.page_security import Sealed, form_of
from voice.patient_page import offer, reschedule, safety_form, views, waiting, wording
from voice.patient_page.privacy import PATH as PRIVACY
from voice.patient_page.privacy import privacy_page
from voice.patient_page.request import COOKIE, Message, VisitRequest, language_of
from voice.patient_page.templates import FILES
from voice.refusals import refused
from voice.visit_links import visit_behind

_READ = ["GET", "HEAD"]
_NO_VISIT = Message(404, wording.NO_VISIT, wording.NO_VISIT_WHY, switch=True)
_NOT_DONE = Message(403, wording.NOT_DONE, wording.NOT_DONE_WHY)
_TOO_OFTEN = Message(429, wording.TOO_OFTEN, wording.TOO_OFTEN_WHY)
_FAILED = Message(500, wording.TROUBLE, wording.TROUBLE_WHY)
_DATABASE_DOWN = Message(503, wording.TROUBLE, wording.TROUBLE_WHY)

Answer = Callable[[VisitRequest], Awaitable[Response]]
_PAGES: dict[str, Answer] = {
    "/visit/{token}": offer.show,
    "/visit/{token}/visit.ics": views.file,
    "/visit/{token}/move": reschedule.choose,
    "/visit/{token}/move/{held}": reschedule.look,
    "/visit/{token}/cancel": views.ask_cancel,
    "/visit/{token}/safety": safety_form.ask,
}
_FORMS: dict[str, Answer] = {
    "/visit/{token}": views.keep_contact,
    "/visit/{token}/move": reschedule.hold,
    "/visit/{token}/move/{held}": reschedule.confirm,
    "/visit/{token}/cancel": views.cancel,
    "/visit/{token}/wait": waiting.join_list,
    "/visit/{token}/leave": waiting.leave_list,
    "/visit/{token}/take": offer.take,
    "/visit/{token}/safety": safety_form.answer,
    "/visit/{token}/decline": offer.decline,
}

_LIMITED = {views.keep_contact, reschedule.hold, reschedule.confirm}
"""Forms that can be sent again and again, each with work for the calendar."""


def add_visit(app: FastAPI, line: Line) -> None:
    """Put the patient's page into the line's application."""
    app.include_router(_router(line))

    def failed(request: Request, status: int) -> Response:
        message = _DATABASE_DOWN if status == _DATABASE_DOWN.status else _FAILED
        return message.page(line, language_of(request))

    app.add_middleware(
        Sealed,
        name="the patient's page",
        folders=("visit", PRIVACY.strip("/")),
        public_url=line.settings.public_base_url,
        failed=failed,
    )


def _router(line: Line) -> APIRouter:
    router = APIRouter()

    async def file(request: Request) -> Response:
        """A style sheet, script, or picture."""
        content, media_type = FILES.get(request.path_params["name"], (b"", ""))
        if not content:
            return _NO_VISIT.page(line, language_of(request))
        return Response(content, media_type=media_type)

    async def nothing(request: Request) -> Response:
        """Any other path."""
        return _NO_VISIT.page(line, language_of(request))

    router.add_api_route(PRIVACY, privacy_page(line), methods=_READ)
    router.add_api_route("/visit/files/{name}", file, methods=_READ)
    for path, answer in _PAGES.items():
        router.add_api_route(path, _endpoint(line, answer), methods=_READ)
    for path, answer in _FORMS.items():
        router.add_api_route(path, _endpoint(line, answer), methods=["POST"])
    for path in ("/visit", "/visit/{rest:path}"):
        router.add_api_route(path, nothing, methods=[*_READ, "POST"])
    return router


def _endpoint(line: Line, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Check the link, then the form, then answer; a wrong one has no effect."""

    async def endpoint(request: Request) -> Response:
        token = request.path_params["token"]
        visit = await _visit(line, token)
        if visit is None:
            return _NO_VISIT.page(line, language_of(request))
        language = language_of(request, visit.language)
        sent = request.method == "POST"
        form = await form_of(request) if sent else {}
        public = line.settings.public_base_url
        if form is None or (sent and not COOKIE.is_ours(request, form, token, public)):
            refused("a form that is not from this visit's own page")
            return _NOT_DONE.page(line, language)
        if sent and answer in _LIMITED and not await _may_change(line, visit):
            return _TOO_OFTEN.page(line, language)
        key = COOKIE.key(request)
        query = {**request.query_params, **request.path_params}
        response = await answer(VisitRequest(line, language, token, visit, query, form, key))
        COOKIE.give(response, key, public)
        return response

    return endpoint


async def _may_change(line: Line, visit: Booking) -> bool:
    """Whether the hour allows one more save or move."""
    async with line.pool.connection() as conn:
        return await limits.may_change_visit(conn, line.settings, visit.id, line.now())


async def _visit(line: Line, token: str) -> Booking | None:
    async with line.pool.connection() as conn:
        visit_id = await visit_behind(conn, token, line.now())
        if visit_id is None:
            return None
        found = await booking(conn, visit_id)
        # The link to an offered time leads to the visit once that has moved there.
        return await taken_visit(conn, found) or found
