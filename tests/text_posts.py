"""What Twilio posts to a clinic that texts, signed as Twilio does."""

from collections.abc import Awaitable, Callable
from xml.etree import ElementTree as ET

from text_clinic import BASE, TextClinic, settings_at
from twilio_stand_in.server import TOKEN

from voice.app import create_app
from voice.line import line_on
from voice.phone.post import Answer, InProcess

Reply = Callable[..., Awaitable[str]]
Status = Callable[..., Awaitable[Answer]]


def post_to(clinic: TextClinic, token: str = TOKEN) -> InProcess:
    """A way into the line of this clinic."""
    line = line_on(settings_at(clinic.twilio.url), clinic.desk.pool, clinic.now)
    return InProcess(create_app(line), BASE, token)


def words(answer: Answer) -> str:
    """What is texted back."""
    assert answer.status == 200
    assert answer.content_type.startswith("text/xml")
    root = ET.fromstring(answer.body)  # noqa: S314  # our own
    return " ".join("".join(each.itertext()) for each in root.iter("Message"))
