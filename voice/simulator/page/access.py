"""Who may use the page and what it may load: only this computer, and nothing from elsewhere."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self';"
    " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HERE = {"127.0.0.1", "[::1]", "localhost"}
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_BAD_REQUEST, _FORBIDDEN, _UNPROCESSABLE = 400, 403, 422
_REMEDIES = {
    "number": "Number: write it with + and the country code, such as +14255550123.",
    "keys": "Keys to press: write at most 500 characters, such as 1 2 2 h.",
    "key": "Key: press one of 0 to 9, * and #.",
    "speed": "Speed: choose one from the list.",
    "waits": "Speed: choose one from the list.",
    "staff": "At the clinic: choose one from the list.",
    "when": "When: choose one from the list.",
    "words": "Reply: write 1 to 1,600 characters.",
    "day": "Day: choose a date, such as 12/01/2026.",
    "time": "Time: choose a time, such as 9:20 AM.",
    "part": "Part of the day: choose one from the list.",
}


class LocalRoute(APIRoute):
    """A route of the page. It refuses other sites, and host names that resolve to this computer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check who asks, then answer; a wrong field is named with its remedy."""
        answer = super().get_route_handler()

        async def checked(request: Request) -> Response:
            refused = _refusal(request)
            if refused is not None:
                return refused
            try:
                response = await answer(request)
            except RequestValidationError as wrong:
                response = JSONResponse({"detail": _remedy(wrong)}, _UNPROCESSABLE)
            response.headers.update(HEADERS)
            return response

        return checked


def _refusal(request: Request) -> Response | None:
    """Refuse other hosts; a page elsewhere can post to this computer, but is named in Origin."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    named = _HOST.fullmatch(host)
    if named is None:
        return Response("The Host header is not a host name.\n", _BAD_REQUEST, HEADERS)
    if named[1] not in _HERE or origin not in {None, f"http://{host}"}:
        return Response("This page is for this computer only.\n", _FORBIDDEN, HEADERS)
    return None


def _remedy(wrong: RequestValidationError) -> str:
    """What to change in the first wrong field; names no value."""
    where = [str(part) for part in wrong.errors()[0]["loc"]]
    named = next((part for part in reversed(where) if part in _REMEDIES), None)
    if named is None:
        return f"This page does not fit the line ({'.'.join(where)}): reload it."
    return _REMEDIES[named]
