"""Plays a call as Twilio documents it: fetches TwiML by signed POSTs and executes it.

The player neither waits nor reads keys. It hands the handset one segment at a time and counts
virtual seconds. Each rule cites Twilio's documentation, here or in the test of the rule.
"""

import math
from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import urljoin

from voice.simulator.caller_id import CallerId
from voice.simulator.handset import (
    KEYS,
    AnsweringPhone,
    Handset,
    HungUp,
    Kind,
    Press,
    Segment,
    Staff,
)
from voice.simulator.transport import Form, Post
from voice.simulator.twiml_document import (
    Alarm,
    Dial,
    Document,
    Gather,
    Hangup,
    Playback,
    Redirect,
    Reject,
    Verb,
    fetch_document,
)

MOST_DOCUMENTS = 200
MOST_SECONDS = 600.0
TALK_SECONDS = 30.0
"""How long the simulated conversation with staff lasts."""
_RINGS = {Staff.ANSWERS: 6.0, Staff.VOICEMAIL: 20.0, Staff.BUSY: 2.0, Staff.FAILED: 1.0}
_STATUS = {
    Staff.ANSWERS: "completed",
    Staff.VOICEMAIL: "completed",
    Staff.BUSY: "busy",
    Staff.NO_ANSWER: "no-answer",
    Staff.FAILED: "failed",
}
_ERROR_WORDS = "We are sorry, an application error has occurred. Goodbye."
_APPLICATION_ERROR = Segment(Kind.SPEECH, 4.0, _ERROR_WORDS, "en-US", "man")


class Ended(Enum):
    """How a call ended; the values are sentences without a period."""

    LINE_HUNG_UP = "The line hung up"
    CALLER_HUNG_UP = "The caller hung up"
    NOTHING_LEFT = "The line had nothing more to say"
    REJECTED = "The line rejected the call"
    APPLICATION_ERROR = "The line failed, and its fallback too"
    TOO_LONG = "The call took over 10 minutes"
    TOO_MANY_DOCUMENTS = "The line redirected without end"


class _Over(Exception):  # noqa: N818  # the end of a call is not an error
    def __init__(self, ended: Ended) -> None:
        super().__init__()
        self.ended = ended


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """A document to fetch: a URL or path of the line, and extra form fields."""

    url: str
    fields: Form = ()


@dataclass
class Player:
    """One call. ``seconds`` is its virtual length so far; ``keys`` are all keys pressed."""

    post: Post
    handset: Handset
    caller: CallerId
    incoming: str = "/voice/incoming"
    status: str = "/voice/status"
    fallback: str = "/voice/fallback"
    seconds: float = 0.0
    keys: str = ""
    documents: list[Document] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    _ahead: deque[str] = field(default_factory=deque)

    async def call(self) -> Ended:
        """Place the call, play it to its end, and report its end to the line."""
        ended = await self.play(DocumentRequest(self.incoming))
        for key in self._ahead:
            self.handset.not_heard(key)
        length = math.ceil(self.seconds)
        took = (("CallDuration", str(length)), ("Duration", str(math.ceil(length / 60))))
        url = urljoin(self.post.base_url, self.status)
        answer = await self.post(url, (*self.caller.fields("completed"), *took))
        if answer.status not in {200, 204}:
            self.alarms.append(Alarm(11200, url, f"HTTP {answer.status}"))
        return ended

    async def play(self, request: DocumentRequest) -> Ended:
        """Play this document and those that follow it."""
        try:
            while True:
                request = await self._follow(await self._fetch(request))
        except _Over as over:
            return over.ended

    async def _fetch(self, request: DocumentRequest) -> Document:
        """Fetch the document; on failure the fallback, once: https://www.twilio.com/docs/usage/webhooks."""
        came = await self._request(request)
        if isinstance(came, Document):
            return came
        told = (("ErrorCode", str(came.code)), ("ErrorUrl", came.url))
        document = await self._request(DocumentRequest(self.fallback, told))
        if isinstance(document, Document):
            return document
        await self._hear(_APPLICATION_ERROR)
        raise _Over(Ended.APPLICATION_ERROR)

    async def _request(self, request: DocumentRequest) -> Document | Alarm:
        if len(self.documents) >= MOST_DOCUMENTS:
            raise _Over(Ended.TOO_MANY_DOCUMENTS)
        url = urljoin(self.post.base_url, request.url)
        status = "in-progress" if self.documents else "ringing"
        came = await fetch_document(self.post, url, (*self.caller.fields(status), *request.fields))
        ahead = self.handset.typed_ahead()
        self._ahead.extend(ahead)
        self.keys += ahead
        match came:
            case Document():
                self.documents.append(came)
            case Alarm():
                self.alarms.append(came)
        return came

    async def _follow(self, document: Document) -> DocumentRequest:
        """Execute the verbs until one of them leads to the next document."""
        for verb in document.verbs:
            following = await self._do(verb, document.url)
            if following is not None:
                return following
        raise _Over(Ended.NOTHING_LEFT)

    async def _do(self, verb: Verb, here: str) -> DocumentRequest | None:
        match verb:
            case Playback():
                self._ahead.clear()  # only a Gather takes digits: see voice.dialogue.twiml
                for segment in verb.segments:
                    await self._hear(segment)
                return None
            case Gather():
                return await self._gather(verb, here)
            case Dial():
                return await self._dial(verb, here)
            case Redirect():
                return DocumentRequest(urljoin(here, verb.to))
            case Hangup():
                raise _Over(Ended.LINE_HUNG_UP)
            case Reject():
                raise _Over(Ended.REJECTED)

    async def _gather(self, gather: Gather, here: str) -> DocumentRequest | None:
        digits = await self._digits(gather)
        if not digits and not gather.action_on_empty_result:
            return None
        return DocumentRequest(urljoin(here, gather.action), (("Digits", digits),))

    async def _digits(self, gather: Gather) -> str:
        key, digits = None, ""
        for segment in gather.prompt:
            key = await self._hear(segment)
            if key is not None:
                break
        while True:
            if key is None:
                wait = float(gather.timeout)
                key = await self._hear(Segment(Kind.WAIT, wait, interruptible=True))
            if key is None or key == gather.finish_on_key:
                return digits
            digits += key
            if len(digits) == gather.num_digits:
                return digits
            key = None

    async def _dial(self, dial: Dial, here: str) -> DocumentRequest | None:
        staff, leg = self.handset.staff(dial.number), self.caller.dialling(dial.number)
        rings = min(_RINGS.get(staff, math.inf), float(dial.timeout))
        await self._hear(Segment(Kind.RINGING, rings, dial.number))
        bridged = staff is Staff.ANSWERS or (staff is Staff.VOICEMAIL and dial.whisper is None)
        if dial.whisper is not None and staff in {Staff.ANSWERS, Staff.VOICEMAIL}:
            bridged = await self._whisper(leg, urljoin(here, dial.whisper), staff)
        if bridged:
            await self._hear(Segment(Kind.TALK, TALK_SECONDS, dial.number))
        if dial.action is None:
            return None
        told = (
            ("DialCallStatus", _STATUS[staff]),
            ("DialCallSid", leg.call_sid),
            ("DialCallDuration", str(int(TALK_SECONDS)) if bridged else "0"),
            ("DialBridged", "true" if bridged else "false"),
        )
        return DocumentRequest(urljoin(here, dial.action), told)

    async def _whisper(self, leg: CallerId, url: str, staff: Staff) -> bool:
        """Whether whoever answered accepted the call; meanwhile the caller hears ringing."""
        other = Player(self.post, AnsweringPhone(staff), leg)
        other.documents, other.alarms = self.documents, self.alarms
        ended = await other.play(DocumentRequest(url))
        await self._hear(Segment(Kind.RINGING, other.seconds, leg.line))
        return ended is Ended.NOTHING_LEFT

    async def _hear(self, segment: Segment) -> str | None:
        """Play a segment; returns the key that ended it, if any."""
        if segment.interruptible and self._ahead:
            return self._ahead.popleft()
        while True:
            match await self.handset.listen(segment):
                case None:
                    self._spend(segment.left)
                    return None
                case HungUp(after):
                    self._spend(min(after, segment.left))
                    raise _Over(Ended.CALLER_HUNG_UP)
                case Press(key, after):
                    if key not in KEYS or len(key) != 1:
                        message = f"{key!r} is not a key of a phone"
                        raise ValueError(message)
                    after = min(after, segment.left)
                    self._spend(after)
                    self.keys += key
                    if segment.interruptible:
                        return key
                    self.handset.not_heard(key)
                    segment = replace(segment, since=segment.since + after)

    def _spend(self, seconds: float) -> None:
        self.seconds += seconds
        if self.seconds > MOST_SECONDS:
            raise _Over(Ended.TOO_LONG)
