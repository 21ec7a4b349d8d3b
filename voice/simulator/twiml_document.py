"""Fetches a TwiML document and parses it into typed verbs, with Twilio's documented defaults."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, fromstring

from voice.dialogue.speech import seconds
from voice.language import PAUSE
from voice.simulator.handset import KEYS, Kind, Segment
from voice.simulator.ssml import spoken
from voice.simulator.transport import Answer, Form, Post

_OK = 200
_TYPES = {"text/xml", "application/xml"}
LARGEST = 64 * 1024
"""Largest document, in bytes: https://www.twilio.com/docs/api/errors/11750."""
SOUND_SECONDS = 5.0
"""How long a <Play> without words takes: the player does not open the file."""
_WORDS = "words"
ENDLESS_LOOPS = 1000
"""How often loop="0" plays: https://www.twilio.com/docs/voice/twiml/play."""


class InvalidTwimlError(Exception):
    """Twilio would reject this document. ``code`` is its error code; the message says why."""

    def __init__(self, code: int, why: str) -> None:
        """Store the code, one of https://www.twilio.com/docs/api/errors."""
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Playback:
    """<Say>, <Play> or <Pause>."""

    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Gather:
    """<Gather>: a key interrupts ``prompt``; then each key may take ``timeout`` seconds."""

    prompt: tuple[Segment, ...]
    action: str
    timeout: int
    finish_on_key: str
    num_digits: int | None
    action_on_empty_result: bool


@dataclass(frozen=True, slots=True)
class Dial:
    """<Dial>: ``whisper`` is the URL of the document played to whoever answers."""

    number: str
    whisper: str | None
    action: str | None
    timeout: int


@dataclass(frozen=True, slots=True)
class Redirect:
    """<Redirect>."""

    to: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """<Hangup>."""


@dataclass(frozen=True, slots=True)
class Reject:
    """<Reject>."""


Verb = Playback | Gather | Dial | Redirect | Hangup | Reject


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched document: the request, the response body, and the verbs."""

    url: str
    fields: Form
    body: str
    verbs: tuple[Verb, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """A failure that Twilio would log: its error code, the URL, and the reason."""

    code: int
    url: str
    why: str


async def fetch_document(post: Post, url: str, fields: Form) -> Document | Alarm:
    """Post the fields to an absolute URL and parse the response.

    The codes are those of https://www.twilio.com/docs/api/errors: 11200 for a status other than
    200, 12300 for a wrong content type, and the code of InvalidTwimlError.
    """
    answer = await post(url, fields)
    try:
        verbs = _verbs_of(answer)
    except InvalidTwimlError as error:
        return Alarm(error.code, url, str(error))
    return Document(url, fields, answer.body.decode("utf-8", "replace"), verbs)


def _verbs_of(answer: Answer) -> tuple[Verb, ...]:
    if answer.status != _OK:
        raise InvalidTwimlError(11200, f"HTTP {answer.status}")
    if answer.content_type.partition(";")[0].strip().lower() not in _TYPES:
        raise InvalidTwimlError(12300, f"the content type is {answer.content_type!r}")
    return parse(answer.body)


def parse(body: bytes) -> tuple[Verb, ...]:
    """The verbs of a document, in order. Raises InvalidTwimlError."""
    if len(body) > LARGEST:
        raise InvalidTwimlError(11750, f"{len(body)} bytes; a document has at most {LARGEST}")
    if not body.startswith(b"<"):
        raise InvalidTwimlError(12100, "the first byte is not <")
    try:
        # Only the line's own documents are read.
        parser = XMLParser(target=TreeBuilder(insert_comments=True))  # noqa: S314
        root = fromstring(body, parser)  # noqa: S314
    except ParseError as error:
        raise InvalidTwimlError(12100, f"not XML: {error}") from error
    if root.tag != "Response":
        raise InvalidTwimlError(12100, f"the root is <{root.tag}>, not <Response>")
    return tuple(_verb(element) for element in _with_words(root))


def _with_words(parent: Element) -> Iterator[Element]:
    """The child elements; a <Play> keeps the words of the comment before it, which Twilio skips."""
    words = ""
    for element in parent:
        if callable(element.tag):  # a comment
            words = (element.text or "").strip()
            continue
        if element.tag == "Play" and words:
            element.set(_WORDS, words)
        words = ""
        yield element


def _verb(element: Element) -> Verb:
    known = _VERBS.get(element.tag)
    if known is None:
        raise InvalidTwimlError(12200, f"<{element.tag}> is not a verb that this phone knows")
    if element.get("method", "POST") != "POST":
        raise InvalidTwimlError(12200, f"<{element.tag}> uses a method other than POST")
    return known(element)


def _playback(element: Element) -> Playback:
    match element.tag:
        case "Say":
            try:
                once = tuple(spoken(element))
            except ValueError as error:
                raise InvalidTwimlError(12200, str(error)) from error
        case "Play":
            once = (_played((element.text or "").strip(), element.get(_WORDS, "")),)
        case _:
            return Playback((Segment(Kind.PAUSE, float(_number(element, "length", 1))),))
    return Playback(once * (_number(element, "loop", 1) or ENDLESS_LOOPS))


def _played(address: str, words: str) -> Segment:
    """A sound; one with words is speech, in the language that the file's name ends in."""
    if not words:
        return Segment(Kind.SOUND, SOUND_SECONDS, address)
    _, language, _ = f"..{address}".rsplit(".", 2)
    said = words.replace(PAUSE, "")
    return Segment(Kind.SPEECH, seconds(words), said, language=language, recording=address)


def _gather(element: Element) -> Gather:
    if element.get("input", "dtmf") != "dtmf":
        raise InvalidTwimlError(12200, 'this phone supports only input="dtmf"')
    finish = element.get("finishOnKey", "#")
    if finish and finish not in KEYS:
        raise InvalidTwimlError(13310, f"finishOnKey={finish!r} is not a key")
    prompt: list[Segment] = []
    for child in _with_words(element):
        if child.tag not in {"Say", "Play", "Pause"}:
            raise InvalidTwimlError(13320, f"<{child.tag}> is not allowed in <Gather>")
        prompt += _playback(child).segments
    return Gather(
        prompt=tuple(replace(segment, interruptible=True) for segment in prompt),
        action=element.get("action", ""),
        timeout=_number(element, "timeout", 5, least=1),
        finish_on_key=finish,
        num_digits=_number(element, "numDigits", 0, least=1) or None,
        action_on_empty_result=element.get("actionOnEmptyResult", "false") == "true",
    )


def _dial(element: Element) -> Dial:
    numbers = element.findall("Number")
    if len(element) != len(numbers) or len(numbers) > 1:
        raise InvalidTwimlError(12200, "<Dial> supports one <Number> or a plain number")
    named = numbers[0] if numbers else element
    return Dial(
        number=(named.text or "").strip(),
        whisper=numbers[0].get("url") if numbers else None,
        action=element.get("action"),
        timeout=_number(element, "timeout", 30, least=1),
    )


def _redirect(element: Element) -> Redirect:
    return Redirect((element.text or "").strip())


_VERBS: dict[str, Callable[[Element], Verb]] = {
    "Say": _playback,
    "Play": _playback,
    "Pause": _playback,
    "Gather": _gather,
    "Dial": _dial,
    "Redirect": _redirect,
    "Hangup": lambda _: Hangup(),
    "Reject": lambda _: Reject(),
}


def _number(element: Element, name: str, default: int, least: int = 0) -> int:
    """An attribute that must be a whole number."""
    text = element.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise InvalidTwimlError(
            12200, f"<{element.tag} {name}={text!r}> is not a whole number of at least {least}"
        )
    return int(text)
