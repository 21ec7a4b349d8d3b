"""Who may use the page, and what it may load: this computer only, and nothing from elsewhere."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
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
_HERE = {"127.0.0.1", "::1", "localhost"}


class LocalRoute(APIRoute):
    """A route of the page: other sites, and names that only lead here, are refused."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Look first, answer then."""
        answer = super().get_route_handler()

        async def checked(request: Request) -> Response:
            if not _from_here(request):
                return Response("This page is for this computer only.\n", 403, HEADERS)
            response = await answer(request)
            response.headers.update(HEADERS)
            return response

        return checked


def _from_here(request: Request) -> bool:
    """A page elsewhere can post to this computer, but its browser names it in Origin."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if urlsplit(f"//{host}").hostname not in _HERE:
        return False
    return origin is None or origin == f"http://{host}"
