"""Patients after their call: they answer texts, and press anything on the page of their visit."""

import asyncio
import random
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlsplit

from prove.network import BASE, Network, Page
from stand_ins.twilio.messages import Message
from stand_ins.twilio.resources import CLINIC
from stand_ins.twilio.server import ACCOUNT, Twilio

from voice.patient_page import wording
from voice.simulator.transport import Form

BODIES = {"C": 4, "M": 3, "yes": 2, "STOP": 2, "START": 1, "cancel": 1, "my chest hurts": 1, "?": 1}
"""What patients answer, and how often."""
_FORMS = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_LINKS = re.compile(r'<a [^>]*href="([^"]*/visit/[^"]*)"')
_FIELD = re.compile(r"<(input|button)([^>]*)")
_WORTH = {"move": 10, "cancel": 2, "wait": 2, "take": 6, "safety": 6}
"""How much likelier a form or a link is used whose address has this; others count 1."""
_DAY, _FORM = 0.1, 4
"""The same for one of the many days to choose from, and for any form."""
_WISH = 20
_PLACE = re.compile(r"/visit/[^/?]+/(\w+)")
_TYPED = {"name": "Ann Example", "email": "ann@example.org"}
_OK = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """A patient's text and when it was answered; `status` 0: no answer came."""

    number: str
    body: str
    at: datetime
    status: int


@dataclass(frozen=True, slots=True)
class Done:
    """What the page of a text's visit said was done: a move to `start`, or with None a cancel."""

    text: int
    start: datetime | None
    at: datetime


@dataclass
class Online:
    """Follows the texts that were sent; each may be answered, each link may be opened."""

    chance: random.Random
    twilio: Twilio
    network: Network
    share: float
    """The share of texts that are answered, and of links that are opened."""
    wish: str = ""
    """What is used before all else where the page offers it, such as "cancel"."""
    replies: list[Reply] = field(default_factory=list[Reply])
    pages: list[Page] = field(default_factory=list[Page])
    twins: list[tuple[Page, Page]] = field(default_factory=list[tuple[Page, Page]])
    """The answers to forms that were sent twice at once."""
    done: list[Done] = field(default_factory=list[Done])
    sent_at: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """When each message was first seen at Twilio, by SID."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    over: bool = False

    async def follow(self) -> None:
        """Until cancelled; nobody reacts to new texts once it is over."""
        while True:
            for message in list(self.twilio.messages.sent):
                if message.sid in self.sent_at:
                    break
                self.sent_at[message.sid] = datetime.now(UTC)
                if not self.over:
                    task = asyncio.create_task(self._react(message))
                    self.tasks.add(task)
                    task.add_done_callback(self.tasks.discard)
            await asyncio.sleep(0.1)

    async def _react(self, message: Message) -> None:
        await asyncio.sleep(self.chance.uniform(0.2, 3))
        if self.chance.random() < self.share:
            await self._reply(message.to)
        link = re.search(r"https?://\S+/visit/[\w-]+", message.body)
        text = re.search(r"text=(\d+)", message.callback)
        if link and text and self.chance.random() < self.share:
            await self._browse(urlsplit(link[0]).path, int(text[1]))

    async def _reply(self, number: str) -> None:
        body = self.chance.choices(list(BODIES), list(BODIES.values()))[0]
        sid = f"SM{self.chance.randrange(16**32):032x}"
        form = {
            "MessageSid": sid, "AccountSid": ACCOUNT, "From": number, "To": CLINIC,
            "Body": body, "NumMedia": "0", "NumSegments": "1",
        }  # fmt: skip
        answer = await self.network(f"{BASE}/sms/incoming", tuple(form.items()))
        self.replies.append(Reply(number, body, datetime.now(UTC), answer.status))

    async def _browse(self, path: str, text: int) -> None:
        """A few steps on the page of a visit, whatever it offers."""
        page = await self._open(Page(path, 0, path, "", ""))
        start = ""
        for _ in range(self.chance.randrange(1, 8)):
            links = [str(to) for to in _LINKS.findall(page.html) if ".ics" not in to]
            choices: list[tuple[str, str | None]] = [(to, None) for to in links]
            choices += _FORMS.findall(page.html)
            if page.status != _OK or not choices:
                return
            worth = [_worth(*each, self.wish) for each in choices]
            to, inside = self.chance.choices(choices, worth)[0]
            to = unescape(to).partition("#")[0]
            if inside is None:
                page = await self._open(replace(page, to=to))
                continue
            form = self._filled(inside)
            start = form.get("start", start)
            sent = await self._send(to, tuple(form.items()), page.cookie)
            page = await self._open(sent) if sent.to else sent
            self._note(sent, page, text, start)
            await asyncio.sleep(self.chance.uniform(0, 0.3))

    async def _send(self, to: str, form: Form, cookie: str) -> Page:
        """Send a form; sometimes its button is pressed twice, as fast as a finger can."""
        twice = 1 + (self.chance.random() < self.network.doubled)
        sent = await asyncio.gather(*(self.network.browse(to, form, cookie) for _ in range(twice)))
        self.pages += sent
        if len(sent) > 1:
            self.twins.append((sent[0], sent[1]))
        return sent[-1]

    def _note(self, sent: Page, page: Page, text: int, start: str) -> None:
        """Keep what the page says was done."""
        if page.status != _OK:
            return
        if "/move/" in sent.path and "moved=1" in page.path and start:
            self.done.append(Done(text, datetime.fromisoformat(start), datetime.now(UTC)))
        if sent.path.partition("?")[0].endswith("/cancel") and wording.CANCELLED.en in page.html:
            self.done.append(Done(text, None, datetime.now(UTC)))

    async def _open(self, page: Page) -> Page:
        """Follow where the page redirects."""
        for _ in range(5):
            page = await self.network.browse(page.to, None, page.cookie)
            self.pages.append(page)
            if not page.to:
                break
        return page

    def _filled(self, form: str) -> dict[str, str]:
        """The fields of a form: one button of its several, one of the values of each name."""
        values: dict[str, list[str]] = {}
        for _, inside in _FIELD.findall(form):
            has: dict[str, str] = dict(re.findall(r'(\w+)="([^"]*)"', inside))
            if name := has.get("name", ""):
                values.setdefault(name, []).append(_TYPED.get(name) or has.get("value", ""))
        return {name: unescape(self.chance.choice(each)) for name, each in values.items()}


def _worth(to: str, form: str | None, wish: str) -> float:
    place = (_PLACE.search(to) or ["", ""])[1]
    worth = _WORTH.get(place, 1) * (_WISH if wish and place == wish else 1)
    return worth * (_FORM if form else _DAY if "day=" in to else 1)
