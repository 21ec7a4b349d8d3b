"""One call from the page: the player, the caller's side of it, and what the page is told."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from xml.dom.minidom import parseString
from xml.parsers.expat import ExpatError

import structlog

from voice.bootstrap import Line
from voice.calls import journal
from voice.simulator.caller_id import CallerId
from voice.simulator.connect import ConnectedLine
from voice.simulator.handset import Staff
from voice.simulator.key_script import Scripted, Step, keys_of_call
from voice.simulator.page.browser_handset import BrowserHandset, Pace
from voice.simulator.page.event_stream import EventStream
from voice.simulator.player import Ended, Player
from voice.simulator.transcript import Heading, Recording
from voice.simulator.transport import Answer, Form, Post

log = structlog.get_logger(__name__)

_TOLD = {"Digits", "CallStatus", "DialCallStatus", "DialBridged", "ErrorCode"}


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What was chosen on the page. ``number`` as in From; ``steps`` are keys to replay."""

    number: str
    signed: str | None
    staff: Staff
    pace: Pace
    steps: tuple[Step, ...] = ()


@dataclass
class _ObservedPost:
    """The way to the line, with every document shown on the page."""

    post: Post
    call: "LiveCall"

    @property
    def base_url(self) -> str:
        """As of the way it watches."""
        return self.post.base_url

    async def __call__(self, url: str, form: Form) -> Answer:
        """Post, and tell."""
        answer = await self.post(url, form)
        await self.call.turn(url, form, answer)
        return answer


@dataclass
class LiveCall:
    """A call that goes on, or has ended; ``began`` is the clinic's local time."""

    line: Line
    events: EventStream
    request: CallRequest
    began: datetime
    ended: Ended | None = None
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make a caller of the wish."""
        settings, request = self.line.settings, self.request
        self.caller = CallerId(
            request.number,
            request.signed,
            line=settings.clinic_number,
            account_sid=settings.twilio_account_sid,
        )
        script = Scripted(deque(request.steps), request.staff) if request.steps else None
        self.handset = BrowserHandset(self.tell, request.staff, request.pace, script)
        self.recording = Recording(self.handset)

    @property
    def sid(self) -> str:
        """The call's CallSid."""
        return self.caller.call_sid

    def tell(self, kind: str, /, **data: object) -> None:
        """Tell the page something of this call."""
        self.events.publish(kind, call=self.sid, **data)

    async def run(self, post: Post) -> None:
        """From the first ring to the end, and what came of it."""
        player = Player(_ObservedPost(post, self), self.recording, self.caller)
        why, left_behind = "The page's phone broke; the log tells why", list[str]()
        try:
            self.ended = await player.call()
            why = self.ended.value
            connected = ConnectedLine(post, self.line.settings, self.line.pool)
            left_behind = await connected.outcome(self.sid)
        except Exception:
            log.exception("a call from the page ended badly")
        alarms = [f"Twilio would warn: {alarm.code} {alarm.why}" for alarm in player.alarms]
        self.tell(
            "ended",
            why=why,
            seconds=round(player.seconds),
            outcome=[*alarms, *left_behind],
            keys=keys_of_call(self.recording.lines),
        )

    def transcript(self) -> str | None:
        """The call as tests and `screening-line call` write it down; None while it goes on."""
        if self.ended is None:
            return None
        heading = Heading(self.request.number, self.began, self.request.signed)
        return self.recording.text(heading, self.ended)

    async def turn(self, url: str, form: Form, answer: Answer) -> None:
        """A document came: show it, and what was journalled on the way."""
        address = urlsplit(url)
        self.tell(
            "document",
            asked=address.path + (f"?{address.query}" if address.query else ""),
            fields=[f"{name}={value}" for name, value in form if name in _TOLD],
            status=answer.status,
            twiml=_indented(answer.body),
        )
        async with self.line.pool.connection() as conn:
            kept = await journal.in_order(conn, self.sid)
        new = [(name, value) for name, value in kept if name not in self._seen]
        self._seen.update(name for name, _ in new)
        if new:
            self.tell("steps", steps=new)


def _indented(body: bytes) -> str:
    """The line's own XML with one element a line; anything else as it is."""
    try:
        root = parseString(body).documentElement  # noqa: S318  # only the line's own documents
        return root.toprettyxml(indent="  ").strip() if root else ""
    except ExpatError:
        return body.decode("utf-8", "replace")
