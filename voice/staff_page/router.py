"""The routes of the staff page, and what guards them: a session, the form's key, and https.

Opening a sign-in link changes nothing: programs that check links in messages open them too. The
button on its page uses the link up. Every view and every change is recorded.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_entries import entries
from voice import staff_access
from voice.bootstrap import Line
from voice.page_security import FormCookie, Sealed, form_key, form_of
from voice.refusals import refused
from voice.staff_page.overview import overview
from voice.staff_page.templates import STYLE, message, page

COOKIE = FormCookie("staff")
_READ = ["GET", "HEAD"]
_SEE_OTHER, _FORBIDDEN, _NOT_FOUND = 303, 403, 404
_ABOUT = "staff"
_MAX_ID_DIGITS = 18
_ASK = "Ask the person who runs the line for a new link: screening-line staff-link makes one."

Answer = Callable[[Line, Request, str, dict[str, str]], Awaitable[Response]]
"""Answers a signed-in request: the line, the request, the session's token, the form's fields."""


def add_staff(app: FastAPI, line: Line) -> None:
    """Put the staff page into the line's application, if it is on."""
    if line.settings.staff_page == "off":
        return
    app.include_router(_router(line))

    def failed(_: Request, status: int) -> Response:
        why = "Open the page again in a few minutes. What you pressed may have been done or not."
        return message(line, status, "Sorry, something went wrong", why)

    public = line.settings.public_base_url
    app.add_middleware(
        Sealed, name="the staff page", folders=("staff",), public_url=public, failed=failed
    )


def _router(line: Line) -> APIRouter:
    router = APIRouter()

    async def style(_: Request) -> Response:
        """The style sheet."""
        return Response(STYLE, media_type="text/css")

    async def nothing(_: Request) -> Response:
        """Any other path."""
        return message(line, _NOT_FOUND, "There is no such page", "The page for staff is /staff.")

    router.add_api_route("/staff/files/staff.css", style, methods=_READ)
    router.add_api_route("/staff/sign-in/{token}", _sign_in(line), methods=[*_READ, "POST"])
    router.add_api_route("/staff", _signed_in(line, show), methods=_READ)
    for path, answer in (("done", done), ("undo", undo), ("sign-out", sign_out)):
        router.add_api_route(f"/staff/{path}", _signed_in(line, answer), methods=["POST"])
    router.add_api_route("/staff/{rest:path}", nothing, methods=[*_READ, "POST"])
    return router


def _sign_in(line: Line) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        """Show the button (GET), or use the link up and start a session (POST)."""
        token, public = request.path_params["token"], line.settings.public_base_url
        if _came_by_http(line, request):
            return _use_https(line)
        async with line.pool.connection() as conn:
            valid = await staff_access.is_valid_link(conn, token)
        if not valid:
            return _no_such_link(line)
        if request.method != "POST":
            key = COOKIE.key(request)
            own_key = form_key(key, token)
            response: Response = page(
                line, "sign_in.html", title="Sign in", token=token, key=own_key
            )
            COOKIE.give(response, key, public)
            return response
        form = await form_of(request)
        if form is None or not COOKIE.is_ours(request, form, token, public):
            return _not_ours(line)
        async with line.pool.connection() as conn:
            session = await staff_access.sign_in(conn, token)
        if session is None:
            return _no_such_link(line)
        response = _to_page(line)
        COOKIE.give(response, session, public)
        return response

    return endpoint


def _signed_in(line: Line, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Check the session, then the form, then answer."""

    async def endpoint(request: Request) -> Response:
        if _came_by_http(line, request):
            return _use_https(line)
        session = request.cookies.get(COOKIE.name, "")
        async with line.pool.connection() as conn:
            known = await staff_access.is_signed_in(conn, session)
        if not known:
            return message(line, _FORBIDDEN, "You are not signed in", _ASK)
        sent = request.method == "POST"
        form = await form_of(request) if sent else {}
        public = line.settings.public_base_url
        if form is None or (sent and not COOKIE.is_ours(request, form, _ABOUT, public)):
            return _not_ours(line)
        return await answer(line, request, session, form)

    return endpoint


async def show(line: Line, request: Request, session: str, _: dict[str, str]) -> Response:
    """The page; `?done=ID` offers to take that back."""
    async with line.pool.connection() as conn:
        await staff_access.record(conn, session, "page")
    seen = await overview(line)
    asked = _id(request.query_params.get("done", ""))
    marked = asked if asked not in {each.id for each in seen.waiting} else 0
    key = form_key(session, _ABOUT)
    return page(line, "overview.html", title="Today", seen=seen, marked=marked, key=key)


async def done(line: Line, _: Request, session: str, form: dict[str, str]) -> Response:
    """Take a person's call-back requests off the list, up to the last one that the page showed."""
    request_id, last = _id(form.get("id", "")), _id(form.get("last", ""))
    async with line.pool.connection() as conn, conn.transaction():
        found = entries(line.clinic.rules, await call_backs.open_requests(conn), line.now())
        ids = next((entry.ids for entry in found if request_id in entry.ids), [])
        shown = [each for each in ids if each <= (last or max(ids))]
        if not [each for each in shown if await call_backs.mark_done(conn, each)]:
            return _to_page(line)
        await staff_access.record(conn, session, f"call-back {request_id} done")
    return _to_page(line, f"?done={request_id}")


async def undo(line: Line, _: Request, session: str, form: dict[str, str]) -> Response:
    """Put it back on the list."""
    request_id = _id(form.get("id", ""))
    async with line.pool.connection() as conn, conn.transaction():
        if await call_backs.reopen(conn, request_id):
            await staff_access.record(conn, session, f"call-back {request_id} open again")
    return _to_page(line)


async def sign_out(line: Line, _: Request, session: str, __: dict[str, str]) -> Response:
    """End the session."""
    async with line.pool.connection() as conn:
        await staff_access.sign_out(conn, session)
    response = message(line, 200, "You are signed out", _ASK)
    COOKIE.give(response, "", line.settings.public_base_url)
    return response


def _id(given: str) -> int:
    """The number of a request; 0, which no request has, for anything else."""
    fine = given.isascii() and given.isdecimal() and len(given) <= _MAX_ID_DIGITS
    return int(given) if fine else 0


def _to_page(line: Line, query: str = "") -> Response:
    return RedirectResponse(f"{line.settings.base_path}/staff{query}", _SEE_OTHER)


def _came_by_http(line: Line, request: Request) -> bool:
    """Whether the proxy in front says that the browser did not use https."""
    proto = request.headers.get("x-forwarded-proto", "https").partition(",")[0].strip().lower()
    return line.settings.public_base_url.startswith("https://") and proto != "https"


def _use_https(line: Line) -> Response:
    refused("the staff page without https")
    return message(line, _FORBIDDEN, "Not over http", "Open this page at its https address.")


def _no_such_link(line: Line) -> Response:
    why = "It was used, or it is older than an hour, or a part of it is missing. " + _ASK
    return message(line, _NOT_FOUND, "This link signs nobody in", why)


def _not_ours(line: Line) -> Response:
    refused("a form that is not from the staff page")
    why = "It is not clear that this came from your page. The page needs cookies. Open it again."
    return message(line, _FORBIDDEN, "Nothing was changed", why)
