"""The web application: Twilio's routes, and what a machine asks to see whether the line is well."""

import psycopg
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from psycopg_pool import PoolTimeout

from voice.bootstrap import Line
from voice.calls.webhooks import router_for
from voice.google_webhook import push_router
from voice.metrics import Measured
from voice.patient_page.router import add_visit
from voice.texts.webhooks import text_routes
from voice.worker import a_worker_is_up


def create_app(line: Line) -> FastAPI:
    """The application on an open line."""
    app = FastAPI(redirect_slashes=False, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router_for(line))
    app.include_router(text_routes(line.settings, line.texting))
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
