"""The TwiML Bin document that callers hear while the computer is down."""

import xml.etree.ElementTree as ET

import pytest

from voice.commands.fallback_twiml import DOWN, MOST_CHARACTERS, RINGING, document
from voice.dialogue import speech
from voice.flows.clinical_wording import EMERGENCY
from voice.settings import Settings
from voice.simulator.twiml_document import Dial, Hangup, Playback, parse

LONG_NAME = 'Bäckström & Sons <Physical> "Therapy" {{From}} of Greater Northern Lake Country'


def made(**facts: str) -> str:
    return document(Settings.load("demo").model_copy(update=facts))


def said(made: str) -> list[tuple[str, str]]:
    """The spoken texts, with their languages."""
    root = ET.fromstring(made)  # noqa: S314  # our own document
    return [(str(say.get("language")), "".join(say.itertext())) for say in root.iter("Say")]


def test_911_is_in_the_first_sentence_of_each_language() -> None:
    """Both emergency sentences come before anything else."""
    (english, first), (spanish, second), *_ = said(made())
    assert (english, first) == ("en-US", EMERGENCY.en)
    assert (spanish, second) == ("es-US", EMERGENCY.es)
    assert "9 1 1" in first
    assert "9 1 1" in second
    assert speech.seconds(first) <= 5
    assert speech.seconds(second) <= 5


def test_it_names_the_clinic_and_its_other_ways_in_both_languages() -> None:
    """It spells the email aloud, promises nothing and denies no booking."""
    for _, words in said(made(clinic_email="front@clinic.example"))[2:]:
        assert "BodyFix" in words
        assert "C L I N I C" in words
    assert "If I have not said that you are booked" in DOWN.en


def test_the_clinics_phone_rings_after_the_words_where_there_is_one() -> None:
    """With a clinic phone the call is transferred, with our number as caller ID."""
    *spoken, last = parse(made().encode())
    assert isinstance(last, Hangup)
    assert all(isinstance(each, Playback) for each in spoken)
    *_, last = parse(made(staff_number="+14255550142").encode())
    assert isinstance(last, Dial)
    assert last.number == "+14255550142"
    assert RINGING.es in said(made(staff_number="+14255550142"))[-1][1]


def test_it_needs_nothing_of_the_line() -> None:
    """It has no URL, as it is played when the line is down."""
    root = ET.fromstring(made(staff_number="+14255550142"))  # noqa: S314  # our own document
    named = {name for each in root.iter() for name in each.attrib}
    assert named <= {"voice", "language", "timeout", "callerId", "time"}
    assert {each.tag for each in root.iter()} <= {"Response", "Say", "break", "Dial", "Hangup"}


@pytest.mark.parametrize("name", ["BodyFix", LONG_NAME])
def test_it_fits_into_a_bin_and_stays_what_it_is(name: str) -> None:
    """It is within Twilio's size limit and has no template syntax."""
    text = made(clinic_name=name, staff_number="+14255550142", voice_en="Polly.Joanna-Neural")
    assert len(text) <= MOST_CHARACTERS
    assert "{{" not in text
    assert name.split(maxsplit=1)[0] in said(text)[2][1]
