"""The web application: Twilio's routes, and what a machine asks to see whether the line is well."""

import time

import psycopg
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from psycopg_pool import PoolTimeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voice.bootstrap import Line
from voice.calls.webhooks import router_for
from voice.google_webhook import push_router
from voice.patient_page.router import add_visit
from voice.texts.webhooks import sms_router_for
from voice.worker import a_worker_is_up

SECONDS = Histogram(
    "screening_line_answer_seconds",
    "How long an answer took, by route and status.",
    ["route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def create_app(line: Line) -> FastAPI:
    """The application on an open line."""
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router_for(line))
    app.include_router(sms_router_for(line))
    if line.clinic.push is not None:
        app.include_router(push_router(line))
    app.add_middleware(Measured)
    add_visit(app, line)

    @app.get("/healthz")
    async def healthz() -> Response:
        """The process answers."""
        return Response("alive\n", media_type="text/plain")

    @app.get("/readyz")
    async def readyz() -> Response:
        """The database answers and a worker is up; Google being away is no reason to say no."""
        try:
            missing = "" if await a_worker_is_up(line.pool) else "no worker is up"
        except (psycopg.Error, PoolTimeout):
            missing = "the database does not answer"
        return Response(
            f"{missing or 'ready'}\n", media_type="text/plain", status_code=503 if missing else 200
        )

    @app.get("/metrics")
    async def metrics() -> Response:
        """For Prometheus."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app


class Measured:
    """Times every answer; routes are named as declared, so no address of a caller's gets in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and time it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            SECONDS.labels(route, status).observe(time.perf_counter() - began)
