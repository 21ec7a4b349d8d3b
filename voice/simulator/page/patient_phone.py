"""The patient's phone on the page: the texts it received and the replies of its owner."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg import AsyncConnection

from voice.bootstrap import Line
from voice.simulator.inbound_text import TextMessage, messages_of
from voice.simulator.page.calendar_block import clock
from voice.simulator.transport import Post
from voice.texts.demo_sender import DemoText, keep, texts_to
from voice.texts.keywords import HELP_WORDS, START_WORDS, STOP_WORDS
from voice.texts.opt_outs import suppress
from voice.texts.twilio_errors import meaning_of

LANDLINE = "+12065550142"
"""The page's landline. Nothing in a number says so; Twilio reports it at the first text."""
_TO_A_LANDLINE = 21614
_MOST_KEPT = 200
_TWILIOS_OWN = STOP_WORDS | START_WORDS | HELP_WORDS
_OK = 200


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the screen; ``link`` is the part of its words that links to ``path``."""

    name: str
    by: Literal["clinic", "patient", "remark"]
    words: str
    day: str
    time: str
    link: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class _Written:
    """A reply of the patient, or a remark about it; kept by the page, not by the line."""

    number: str
    bubble: Bubble
    after: int  # the id of the text above it


class PatientPhone:
    """The messages to and from every number that a page shows."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._written: deque[_Written] = deque(maxlen=_MOST_KEPT)
        self._newest: dict[str, int] = {}

    async def bubbles(self, conn: AsyncConnection, number: str) -> list[Bubble]:
        """The messages of a number (E.164), oldest first; its new texts are noticed from now on."""
        texts = await texts_to(conn, number)
        self._newest.setdefault(number, _last(texts))
        rows = [(text.id, self._bubble(f"text-{text.id}", "clinic", text)) for text in texts]
        rows += [(own.after, own.bubble) for own in self._written if own.number == number]
        return [bubble for _, bubble in sorted(rows, key=lambda row: row[0])]

    async def anything_new(self, conn: AsyncConnection) -> bool:
        """Whether any number that a page shows received a text since the last look."""
        came = False
        for number, newest in self._newest.items():
            if texts := await texts_to(conn, number, newest):
                came, self._newest[number] = True, _last(texts)
        return came

    async def write(self, post: Post, number: str, words: str) -> None:
        """Send a text to the line as Twilio would, and deliver its reply."""
        settings = self._line.settings
        message = TextMessage(
            number, words, line=settings.clinic_number, account_sid=settings.twilio_account_sid
        )
        await self._keep(number, message.sid, "patient", words)
        answer = await post(f"{post.base_url}/sms/incoming", message.fields())
        said = messages_of(answer)
        async with self._line.pool.connection() as conn:
            for each in said:
                await keep(conn, number, each, self._line.now())
        if answer.status != _OK:
            note = f"The line failed with HTTP {answer.status}; Twilio would note error 11200."
            await self._keep(number, f"{message.sid}-note", "remark", note)
        elif not said:
            await self._keep(number, f"{message.sid}-note", "remark", _unanswered(words))

    async def know_landline(self, number: str) -> None:
        """Mark the landline as one, because a demo has no Twilio to report it."""
        if number == LANDLINE:
            async with self._line.pool.connection() as conn:
                await suppress(conn, number, meaning_of(_TO_A_LANDLINE).words)

    async def _keep(
        self, number: str, name: str, by: Literal["patient", "remark"], words: str
    ) -> None:
        async with self._line.pool.connection() as conn:
            newest = _last(await texts_to(conn, number))
        told = DemoText(newest, words, self._line.now())
        self._written.append(_Written(number, self._bubble(name, by, told), newest))

    def _bubble(
        self, name: str, by: Literal["clinic", "patient", "remark"], text: DemoText
    ) -> Bubble:
        local = text.at.astimezone(self._line.settings.zone)
        base = self._line.settings.public_base_url
        found = (
            re.search(re.escape(base) + r"(/visit/[\w-]+)", text.body) if by == "clinic" else None
        )
        link, path = (found[0], found[1]) if found and by == "clinic" else ("", "")
        return Bubble(name, by, text.body, _day(local), clock(local), link, path)


def _unanswered(words: str) -> str:
    """Why there is no reply."""
    alone = re.sub(r"[\W_]", "", words).casefold()
    if alone in _TWILIOS_OWN:
        return f"The line sends no answer: Twilio itself answers {alone.upper()}."
    return "The line sends no answer to this."


def _last(texts: Sequence[DemoText]) -> int:
    return texts[-1].id if texts else 0


def _day(local: datetime) -> str:
    """Monday, November 30."""
    return f"{local:%A, %B} {local.day}"
