"""Twilio's voice webhooks: what Twilio posts during a call, and the TwiML it gets back."""

import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence

import structlog
from fastapi import Request, Response
from starlette.background import BackgroundTask
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from voice import phone_numbers
from voice.background import within
from voice.bootstrap import Line
from voice.calls import engine, journal
from voice.calls.admission import Admission, busy_document
from voice.calls.busy_times import BusyTimes
from voice.calls.call_end import ENDED, store_end
from voice.calls.fallback import failed_turn, fallback_response, is_stop
from voice.calls.turn_log import TurnLog
from voice.dialogue import twiml
from voice.dialogue.turns import Ending, Listening, Turn
from voice.flows.whisper import whisper as whisper_words
from voice.refusals import refused
from voice.twilio_signature import Form, signed_form

log = structlog.get_logger(__name__)

ANSWER_SECONDS = 4.5
"""After this many seconds the caller gets the fallback response instead of more silence.

Twilio itself gives up after 15 s: https://www.twilio.com/docs/api/errors/11205.
"""
_CALL_SID = re.compile(r"CA[0-9a-f]{32}")
_STEP = re.compile(r"[a-z0-9_.]{1,60}(-[0-9]{1,3})?")
_NUMBER = re.compile(r"[0-9]{1,3}")
_KEYS = re.compile(r"[0-9*#]{0,20}")
NOT_ANSWERED = "not answered"
VOUCHED = "TN-Validation-Passed-A"


async def incoming(line: Line, form: Form, request: Request) -> str:
    """A new call."""
    caller = _caller(line, form)
    begun = await engine.begin(
        line,
        form["CallSid"],
        caller,
        forwarded=_is_forwarded(line, form),
        vouched=bool(caller) and _is_vouched(form),
    )
    request.state.repeated = begun.repeated
    return twiml.document(begun.here, line.phones)


async def turn(line: Line, form: Form, request: Request) -> str:
    """The caller pressed keys, or stayed silent."""
    asked = request.query_params
    step, number = asked.get("at", ""), asked.get("turn", "")
    if not (_STEP.fullmatch(step) and _NUMBER.fullmatch(number)):
        return await incoming(line, form, request)
    reached = await engine.answer(line, form["CallSid"], f"{step}~{number}", _keyed(form))
    if reached is None:
        return _lost_call(line, form, request) or await incoming(line, form, request)
    request.state.repeated = reached.repeated
    if _keyed(form) == NOT_ANSWERED and form.get("CallStatus") in ENDED:
        await _hung_up_ringing(line, form, reached.here)
    return twiml.document(reached.here, line.phones)


def _lost_call(line: Line, form: Form, request: Request) -> str:
    """The advice for a stop in a call that the database does not know; "" for another turn.

    Such as one that began before a backup was restored.
    """
    here = failed_turn(str(request.url), _keyed(form))
    if not is_stop(here):
        return ""
    return twiml.document(fallback_response(line.prompt_facts, here), line.phones)


async def _hung_up_ringing(line: Line, form: Form, here: Turn | Ending) -> None:
    """The caller ended the call while the clinic's phone rang: staff call back."""
    language = here.language if isinstance(here, Listening) else "en"
    async with line.pool.connection() as conn:
        rows = dict(await journal.in_order(conn, form["CallSid"]))
        caller = call_backs.Caller(form["CallSid"], rows.get(journal.CALLER) or None, language)
        await call_backs.request(conn, caller, Reason.ASKED_FOR_PERSON)


async def status(line: Line, form: Form, _: Request) -> str:
    """The call ended. If that cannot be stored, Twilio is asked later: see `end_checks`."""
    if form.get("CallStatus") in ENDED:
        await store_end(line, form["CallSid"], form["CallStatus"])
    return twiml.silence()


async def fallback(line: Line, form: Form, _: Request) -> str:
    """Twilio could not fetch or use an earlier document, whose address is `ErrorUrl`.

    https://www.twilio.com/docs/voice/twiml#request-parameters
    """
    failed = failed_turn(form.get("ErrorUrl", ""), _keyed(form))
    return twiml.document(fallback_response(line.prompt_facts, failed), line.phones)


async def whisper(line: Line, _: Form, request: Request) -> str:
    """The clinic's phone was answered, by a person or a voicemail box."""
    asked = request.query_params
    return twiml.whisper(whisper_words(asked.get("in", ""), asked.get("why", "")), line.phones)


async def whispered(_: Line, form: Form, __: Request) -> str:
    """Staff pressed a key, or nobody did."""
    return twiml.whispered(form.get("Digits", ""))


_Answer = Callable[[Line, Form, Request], Coroutine[None, None, str]]
_ROUTES: dict[str, _Answer] = {
    "/voice/incoming": incoming,
    "/voice/turn": turn,
    "/voice/status": status,
    "/voice/fallback": fallback,
    "/voice/whisper": whisper,
    "/voice/whispered": whispered,
}


class Direct:
    """ASGI middleware that hands a POST to one of these routes straight to its endpoint.

    FastAPI's layers around a route cost as much as a signature, and no webhook needs them.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self._app, self._routes = app, {route.path: route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; those of other routes are passed on."""
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        route = self._routes.get(scope["path"]) if is_post else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route  # its name in the metrics
        response = await route.endpoint(Request(scope, receive))
        await response(scope, receive, send)


def voice_routes(line: Line) -> list[Route]:
    """The routes that Twilio posts to; each checks the signature first.

    A request without a valid signature gets 403, has no effect and is counted. A signed
    one gets 200 and valid TwiML, whatever its fields are and whatever fails. A demo, which one
    person calls, turns no call away.
    """
    endpoints = {path: _endpoint(line, answer) for path, answer in _ROUTES.items()}
    admission = None if line.settings.is_demo else Admission(line.pool)
    after = BackgroundTask(BusyTimes(line).refresh)
    endpoints["/voice/incoming"] = _endpoint(line, incoming, admission, after)
    return [Route(path, each, methods=["POST"]) for path, each in endpoints.items()]


def _endpoint(
    line: Line,
    answer: _Answer,
    admission: Admission | None = None,
    after: BackgroundTask | None = None,
) -> Callable[[Request], Awaitable[Response]]:
    busy = busy_document(line) if admission else ""

    async def endpoint(request: Request) -> Response:
        form = await signed_form(line.settings, request)
        if form is None:
            return Response(status_code=403)
        if admission and not admission.admits():
            return Response(busy, media_type="text/xml")
        document = await _or_fallback_response(line, answer, form, request)
        return Response(document, media_type="text/xml", background=after)

    return endpoint


async def _or_fallback_response(line: Line, answer: _Answer, form: Form, request: Request) -> str:
    """The document in time, or the fallback response when something fails; logged either way."""
    call = form.get("CallSid", "")
    is_call, document = _CALL_SID.fullmatch(call) is not None, ""
    language = "es" if request.query_params.get("in") == "es" else "en"
    turn_log = TurnLog(request.scope["path"].rpartition("/")[2], call if is_call else "", language)
    try:
        if is_call:
            document = await within(ANSWER_SECONDS, answer(line, form, request))
        else:
            log.warning("request without a CallSid; the caller hears the fallback response")
    except engine.CallOverError:
        refused("about a call that ended over a day ago")
        document = twiml.silence()
    except Exception:
        log.exception(
            "the end of a call was not stored; Twilio is asked about it later"
            if answer is status
            else "a turn failed; the caller hears the fallback response",
            call=call,
        )
    turn_log.write(repeated=getattr(request.state, "repeated", False), failed=not document)
    if document:
        return document
    here = failed_turn(str(request.url), _keyed(form))
    return twiml.document(fallback_response(line.prompt_facts, here), line.phones)


def _caller(line: Line, form: Form) -> str:
    """The number to call back; a forwarded call may show that of the phone that forwarded it."""
    own = {*line.settings.own_numbers, form.get("ForwardedFrom", "").strip()}
    return phone_numbers.usable(form.get("From", ""), own)


def _is_forwarded(line: Line, form: Form) -> bool:
    """Whether a phone sent this call on to us: ringing the clinic could ring that same phone."""
    shown = form.get("From", "").strip()
    return shown in line.settings.own_numbers or bool(
        phone_numbers.usable(form.get("ForwardedFrom", ""), own=(line.settings.line_number,))
    )


def _is_vouched(form: Form) -> bool:
    """Whether the carrier says that this caller may use this number, and nobody sent the call on.

    The whole value counts: "-Diverted" is the word of a carrier that forwarded the call.
    https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
    """
    return form.get("StirVerstat") == VOUCHED and not form.get("ForwardedFrom", "").strip()


def _keyed(form: Form) -> str:
    """The keys pressed, or how a transfer to staff went ("answered" or "not answered")."""
    if "DialCallStatus" in form:
        bridged = form.get("DialBridged") == "true"
        return "answered" if bridged else NOT_ANSWERED
    keys = form.get("Digits", "")
    return keys if _KEYS.fullmatch(keys) else ""
