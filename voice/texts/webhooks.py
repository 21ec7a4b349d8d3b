"""Twilio's webhooks for texts: a patient's text, and the status of one of ours."""

import re

import structlog
from fastapi import APIRouter, Request, Response

from voice.background import within
from voice.dialogue import twiml
from voice.settings import Settings
from voice.texts.inbound import answer, usable, without_database
from voice.texts.received import Received
from voice.texts.status_callbacks import StatusReport, keep_status
from voice.texts.texting import Texting
from voice.twilio_signature import Form, signed_form

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 4.5
"""Twilio waits 15 s."""
_SID = re.compile(r"(SM|MM)[0-9a-f]{32}")
_ID = re.compile(r"\d{1,18}", re.ASCII)
_CODE = re.compile(r"\d{1,6}", re.ASCII)


def text_routes(settings: Settings, texting: Texting) -> APIRouter:
    """The routes for texts; an unsigned request gets 403 and has no effect.

    Whatever fails inside, Twilio gets a valid document and the patient no error message. The
    answer to an emergency needs neither the database nor anything else.
    """
    router = APIRouter()

    @router.post("/sms/incoming")
    async def incoming(request: Request) -> Response:
        """A patient sent a text."""
        form = await signed_form(settings, request)
        if form is None:
            return Response(status_code=403)
        words = ""
        try:
            if _SID.fullmatch(form.get("MessageSid", "")):
                words = await within(ANSWER_SECONDS, _reply(texting, form))
        except Exception:
            log.exception("a text could not be answered; only an emergency gets an answer")
            words = without_database(texting.config, form.get("Body", ""))
        return Response(twiml.reply(words), media_type="text/xml")

    @router.post("/sms/status")
    async def status(request: Request) -> Response:
        """A text of ours has a new status; 503 makes Twilio repeat it if it cannot be stored."""
        form = await signed_form(settings, request)
        if form is None:
            return Response(status_code=403)
        report = _report(form, request.query_params.get("text", ""))
        try:
            if report is not None:
                await within(ANSWER_SECONDS, _keep(texting, report))
        except Exception:
            log.exception("the status of a text could not be stored", sid=form.get("MessageSid"))
            return Response(status_code=503)
        return Response(status_code=204)

    return router


async def _reply(texting: Texting, form: Form) -> str:
    number = usable(form.get("From", ""), texting.config.clinic.number)
    received = Received(form["MessageSid"], number, form.get("Body", ""))
    async with texting.pool.connection() as conn:
        return await answer(conn, texting.config, received, texting.now())


async def _keep(texting: Texting, report: StatusReport) -> None:
    async with texting.pool.connection() as conn:
        await keep_status(conn, texting.config, report, texting.now())


def _report(form: Form, text_id: str) -> StatusReport | None:
    sid, code = form.get("MessageSid", ""), form.get("ErrorCode", "")
    if not (_ID.fullmatch(text_id) and _SID.fullmatch(sid)):
        return None
    known = int(code) if _CODE.fullmatch(code) else None
    return StatusReport(int(text_id), sid, form.get("MessageStatus", ""), known)
