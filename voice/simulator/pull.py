"""One document pulled from the line, or the alarm at which Twilio would go to the fallback."""

from dataclasses import dataclass

from voice.simulator.transport import Answer, Form, Post
from voice.simulator.twiml_document import InvalidTwimlError, Verb, read

_OK = 200
_TYPES = {"text/xml", "application/xml"}


@dataclass(frozen=True, slots=True)
class Document:
    """A document that came: what was asked, what was answered, and its verbs."""

    url: str
    fields: Form
    body: str
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something at which Twilio would raise an alarm: its error code, where, and why."""

    code: int
    url: str
    why: str


async def pull(post: Post, url: str, fields: Form) -> Document | Alarm:
    """Post the fields to an absolute address, and read what comes back.

    The codes are those of https://www.twilio.com/docs/api/errors: 11200 for a status other than
    200, 12300 for a wrong content type, and what InvalidTwimlError says of the document.
    """
    answer = await post(url, fields)
    try:
        verbs = _verbs(answer)
    except InvalidTwimlError as error:
        return Alarm(error.code, url, str(error))
    return Document(url, fields, answer.body.decode("utf-8", "replace"), verbs)


def _verbs(answer: Answer) -> tuple[Verb, ...]:
    if answer.status != _OK:
        raise InvalidTwimlError(11200, f"HTTP {answer.status}")
    if answer.content_type.partition(";")[0].strip().lower() not in _TYPES:
        raise InvalidTwimlError(12300, f"the content type is {answer.content_type!r}")
    return read(answer.body)
