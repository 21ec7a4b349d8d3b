"""Writes TwiML; nothing else does."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Comment

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, Play, Say, VoiceResponse

from voice.dialogue.recorded import NO_RECORDINGS, Recorded
from voice.dialogue.speech import PAUSE_SECONDS
from voice.dialogue.turns import (
    Connected,
    CoverSpeech,
    Ending,
    Goodbye,
    Listening,
    Ringing,
    Spoken,
    Turn,
)
from voice.language import PAUSE, Language

_SLOW = "85%"
AFTER_KEY_SECONDS = 0.5
"""Silence after a key press: the keypad is on the handset, which has to go back to the ear."""
_LOCALES = {
    "Polly.Mia": "es-MX",
    "Polly.Conchita": "es-ES",
    "Polly.Enrique": "es-ES",
    "Polly.Lucia": "es-ES",
    "Polly.Amy": "en-GB",
    "Polly.Brian": "en-GB",
    "Polly.Emma": "en-GB",
    "en": "en-US",
    "es": "es-US",
}
"""Twilio's Say fails when voice and language do not match, so the voice decides."""


@dataclass(frozen=True, slots=True)
class Phones:
    """What TwiML needs: Twilio's voices, recordings, numbers (E.164), and our base path."""

    voices: tuple[tuple[Language, str], ...]
    clinic: str
    staff: str
    recorded: Recorded = NO_RECORDINGS
    base_path: str = ""
    """The path in PUBLIC_BASE_URL, which stands before every path of ours."""


@lru_cache(maxsize=512)
def document(here: Turn | Ending, phones: Phones) -> str:
    """A turn or an ending as TwiML; cached, because most calls share most turns."""
    response = VoiceResponse()
    match here:
        case Listening():
            gather = Gather(
                action=_next(here, phones),
                method="POST",
                input="dtmf",
                timeout=here.wait,
                num_digits=here.max_digits,
                finish_on_key=here.finish,
                action_on_empty_result=True,
            )
            # Twilio takes digits only while a Gather runs, so no key cuts what is said before it:
            # https://www.twilio.com/docs/voice/twiml/gather. This is the one place that relies
            # on it; even a key kept for the Gather would count only after all was said.
            _speak(response, here.heard_first, phones, slow=here.slow, after_key=here.after_key)
            silent = here.after_key and not here.heard_first
            _speak(
                gather,
                here.spoken,
                phones,
                slow=here.slow,
                after_key=silent,
            )
            response.append(gather)
        case CoverSpeech():
            if here.pause:
                response.pause(length=here.pause)
            _speak(response, here.spoken, phones, slow=here.slow, after_key=here.after_key)
            response.redirect(_next(here, phones), method="POST")
        case Ringing():
            _speak(response, here.spoken, phones, slow=here.slow, after_key=here.after_key)
            dial = Dial(
                action=_next(here, phones),
                method="POST",
                timeout=here.wait,
                caller_id=phones.clinic,
            )
            about = urlencode({"in": here.language, "why": here.why})
            url = f"{phones.base_path}/voice/whisper?{about}"
            dial.number(phones.staff, url=url, method="POST")
            response.append(dial)
        case Goodbye():
            _speak(response, here.spoken, phones, slow=here.slow, after_key=here.after_key)
            response.hangup()
        case Connected():
            response.hangup()
        case _:
            message = f"No TwiML for {type(here).__name__}."
            raise TypeError(message)
    return str(response)


def whisper(said: Spoken, phones: Phones) -> str:
    """What staff hear before the caller. It asks for a key, so that voicemail does not count."""
    response = VoiceResponse()
    gather = Gather(
        action=f"{phones.base_path}/voice/whispered",
        method="POST",
        input="dtmf",
        timeout=8,
        num_digits=1,
        finish_on_key="",
        action_on_empty_result=True,
    )
    _speak(gather, (said, said), phones)
    response.append(gather)
    return str(response)


def whispered(key: str) -> str:
    """Connect staff who pressed 1; hang up otherwise."""
    response = VoiceResponse()
    if key != "1":
        response.hangup()
    return str(response)


def static_document(spoken: tuple[Spoken, ...], phones: Phones, ring_seconds: int) -> str:
    """The words, then staff's phone if there is one; leads to no further request to the line."""
    response = VoiceResponse()
    _speak(response, spoken, phones)
    if phones.staff:
        response.dial(phones.staff, timeout=ring_seconds, caller_id=phones.clinic)
    else:
        response.hangup()
    return str(response)


def reply(words: str) -> str:
    """The reply to a text message; "" for none."""
    response = MessagingResponse()
    if words:
        response.message(words)
    return str(response)


def silence() -> str:
    """An empty document."""
    return str(VoiceResponse())


def _next(turn: Turn, phones: Phones) -> str:
    """The URL of the next request: step, attempt and language; never an answer."""
    query = urlencode({"at": turn.step, "turn": turn.number, "in": turn.language})
    return f"{phones.base_path}/voice/turn?{query}"


def _speak(
    into: Any,  # noqa: ANN401  # twilio ships no types
    spoken: tuple[Spoken, ...],
    phones: Phones,
    *,
    slow: bool = False,
    after_key: bool = False,
) -> None:
    """In the clinic's own voice where it is recorded; a recording can not be slowed down.

    After a key press, the first words follow a short silence.
    """
    recorded = NO_RECORDINGS if slow else phones.recorded
    silence = AFTER_KEY_SECONDS if after_key else 0.0
    for said in spoken:
        for number, (piece, url) in enumerate(recorded.pieces(said)):
            if url:
                if silence and not number:
                    _synthesize(into, replace(piece, words=""), phones, slow=slow, silence=silence)
                into.append(_Words(piece.words))
                into.append(Play(url))
            else:
                _synthesize(into, piece, phones, slow=slow, silence=silence)
            silence = PAUSE_SECONDS
        silence = 0.0


def _synthesize(
    into: Any,  # noqa: ANN401  # twilio ships no types
    said: Spoken,
    phones: Phones,
    *,
    slow: bool,
    silence: float,
) -> None:
    """One Say, after so many seconds of silence."""
    voice = dict(phones.voices)[said.language]
    say = Say(voice=voice, language=_LOCALES.get(voice, _LOCALES[said.language]))
    words: Any = say.prosody("", rate=_SLOW) if slow else say
    if silence:
        words.break_(time=f"{silence * 1000:.0f}ms")
    for number, sentence in enumerate(said.words.split(PAUSE)):
        if number:
            words.break_(time=f"{PAUSE_SECONDS * 1000:.0f}ms")
        words.append(sentence)
    into.append(say)


class _Words(TwiML):  # type: ignore[misc]  # twilio ships no types
    """The words of the <Play> that follows, as an XML comment: Twilio skips it, people read it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words.replace("--", "-")

    def xml(self) -> Any:  # noqa: ANN401  # a comment is no element to the type checker
        """The comment."""
        return Comment(self._words)
