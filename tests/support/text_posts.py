"""Signed requests as Twilio posts them to a clinic that texts."""

from collections.abc import Awaitable, Callable
from xml.etree import ElementTree as ET

from stand_ins.twilio.server import TOKEN
from support.text_clinic import BASE, TextClinic, settings_at

from voice.app import create_app
from voice.bootstrap import line_on
from voice.simulator.transport import Answer, InProcess

Reply = Callable[..., Awaitable[str]]
Status = Callable[..., Awaitable[Answer]]


def post_to(clinic: TextClinic, token: str = TOKEN) -> InProcess:
    """A function that posts to this clinic's line."""
    line = line_on(settings_at(clinic.twilio.url), clinic.clinic.pool, clinic.now)
    return InProcess(create_app(line), BASE, token)


def words(answer: Answer) -> str:
    """The text of the reply."""
    assert answer.status == 200
    assert answer.content_type.startswith("text/xml")
    root = ET.fromstring(answer.body)  # noqa: S314  # our own
    return " ".join("".join(each.itertext()) for each in root.iter("Message"))
