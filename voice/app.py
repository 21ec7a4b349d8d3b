"""The web application: all routes of a line."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from voice.bootstrap import Line
from voice.calls.webhooks import Direct, voice_routes
from voice.google_webhook import push_router
from voice.health import health_routes
from voice.metrics import Measured
from voice.patient_page.router import add_visit
from voice.recordings.router import recordings_router
from voice.staff_page.router import add_staff
from voice.texts.webhooks import text_routes


class _Application(FastAPI):
    """Hands voice requests to their endpoints before any layer of FastAPI; measures them all."""

    voice: Sequence[Route] = ()

    def build_middleware_stack(self) -> ASGIApp:
        """These two, around what FastAPI builds."""
        return Measured(Direct(super().build_middleware_stack(), self.voice))


def create_app(line: Line) -> FastAPI:
    """The application of an open line."""
    voice = voice_routes(line)
    app = _Application(
        routes=[*voice],
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.voice = voice
    app.include_router(text_routes(line.settings, line.texting))
    if line.clinic.push is not None:
        app.include_router(push_router(line))
    app.include_router(health_routes(line))
    if line.recordings is not None:
        app.include_router(recordings_router(line.recordings))
    add_visit(app, line)
    add_staff(app, line)
    return app
