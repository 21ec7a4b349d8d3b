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
from voice.simulator.activity_words import number_words
from voice.simulator.caller_id import WITHHELD, CallerId
from voice.simulator.connect import ConnectedLine
from voice.simulator.handset import Handset, Staff
from voice.simulator.key_script import Scripted, Step, keys_of_call
from voice.simulator.page.browser_handset import BrowserHandset, Pace
from voice.simulator.page.calendar_block import clock
from voice.simulator.page.event_stream import EventStream
from voice.simulator.player import Ended, Player
from voice.simulator.transcript import Heading, Recording
from voice.simulator.transcript_replay import Replaying
from voice.simulator.transport import NOTHING_CAME, Answer, Form, Post

log = structlog.get_logger(__name__)

_SHOWN_FIELDS = {"Digits", "CallStatus", "DialCallStatus", "DialBridged", "ErrorCode"}
_HEARD_AGAIN = "You heard the call again; the line did nothing"


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
    """Posts to the line, and shows every document on the page."""

    post: Post
    call: "LiveCall"

    @property
    def base_url(self) -> str:
        """The line's public URL."""
        return self.post.base_url

    async def __call__(self, url: str, form: Form) -> Answer:
        """Post, and publish the answer."""
        answer = await self.post(url, form)
        self.call.answers.append(answer)
        await self.call.publish_turn(url, form, answer)
        return answer


@dataclass
class _RecordedAnswers:
    """Gives the answers of an earlier call, in order, instead of posting."""

    base_url: str
    answers: deque[Answer]

    async def __call__(self, url: str, form: Form) -> Answer:
        """The next recorded answer."""
        del url, form
        return self.answers.popleft() if self.answers else NOTHING_CAME


@dataclass
class LiveCall:
    """A call that is going on or has ended. ``began`` is the clinic's local time.

    ``again`` is the call that is heard again: its recorded answers are played, and its keys.
    """

    line: Line
    events: EventStream
    request: CallRequest
    began: datetime
    again: "LiveCall | None" = None
    ended: Ended | None = None
    seconds: int = 0
    outcome: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    recording: Recording = field(init=False)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Make the caller and the handset."""
        settings, request = self.line.settings, self.request
        self.caller = CallerId(
            request.number,
            request.signed,
            line=settings.clinic_number,
            account_sid=settings.twilio_account_sid,
        )
        script: Handset | None = None
        if self.again is not None:
            script = Replaying(deque(self.again.recording.lines))
        elif request.steps:
            script = Scripted(deque(request.steps), request.staff)
        self.handset = BrowserHandset(self.publish, request.staff, request.pace, script)
        self.recording = Recording(self.handset)

    @property
    def sid(self) -> str:
        """The call's CallSid."""
        return self.caller.call_sid

    def publish(self, kind: str, /, **data: object) -> None:
        """Tell the pages something of this call."""
        self.events.publish(kind, call=self.sid, **data)

    async def run(self, post: Post) -> None:
        """Play the call to its end, and publish its outcome."""
        if self.again is None:
            player = Player(_ObservedPost(post, self), self.recording, self.caller)
        else:
            recorded = _RecordedAnswers(post.base_url, deque(self.again.answers))
            player = Player(recorded, self.recording, self.caller)
        why = "This page's phone failed; the terminal of the demo says why"
        try:
            ended = await player.call()
            self.seconds = round(player.seconds)
            if self.again is None:
                why = ended.value
                connected = ConnectedLine(post, self.line.settings, self.line.pool)
                alarms = [f"Twilio would warn: {alarm.code} {alarm.why}" for alarm in player.alarms]
                self.outcome = [*alarms, *await connected.outcome(self.sid)]
            else:
                why = _HEARD_AGAIN
            self.ended = ended
        except Exception:
            log.exception("a call from the page failed")
        self.publish("ended", why=why, seconds=self.seconds, outcome=self.outcome)

    def log_entry(self) -> dict[str, object]:
        """The call as the call log of the page shows it."""
        number = self.request.number
        return {
            "call": self.sid,
            "began": clock(self.began),
            "caller": number_words(None if number == WITHHELD else number),
            "why": self.ended.value if self.ended else "",
            "seconds": self.seconds,
            "outcome": self.outcome,
            "keys": keys_of_call(self.recording.lines),
        }

    def transcript(self) -> str:
        """The finished call as tests and `screening-line call` write it down."""
        heading = Heading(self.request.number, self.began, self.request.signed)
        return self.recording.text(heading, self.ended or Ended.CALLER_HUNG_UP)

    async def publish_turn(self, url: str, form: Form, answer: Answer) -> None:
        """Publish a document, and what was journaled before it came."""
        address = urlsplit(url)
        self.publish(
            "document",
            asked=address.path + (f"?{address.query}" if address.query else ""),
            fields=[f"{name}={value}" for name, value in form if name in _SHOWN_FIELDS],
            status=answer.status,
            twiml=_indented(answer.body),
        )
        async with self.line.pool.connection() as conn:
            kept = await journal.in_order(conn, self.sid)
        new = [(name, value) for name, value in kept if name not in self._seen]
        self._seen.update(name for name, _ in new)
        if new:
            self.publish("steps", steps=new)


def _indented(body: bytes) -> str:
    """The line's own XML with one element per line; anything else unchanged."""
    try:
        root = parseString(body).documentElement  # noqa: S318  # only the line's own documents
        return root.toprettyxml(indent="  ").strip() if root else ""
    except ExpatError:
        return body.decode("utf-8", "replace")
