"""Every text fits one message in both languages, even with the longest data."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from support.clinic import PACIFIC

from voice.language import Language, Text
from voice.texts.answers import MOVE, REPLIES
from voice.texts.gsm7 import ONE_MESSAGE, septets
from voice.texts.messages import LINK_TO_FOLLOW, TEXTS
from voice.texts.rendering import ClinicFacts, day_and_time, short_name, time_of_day, written

CLINIC = ClinicFacts("BodyFix", "+14252025687", "https://call.bodyfixpt.com/visit/", PACIFIC)
LINK = CLINIC.page + "w" * 22
VIDEO = "https://meet.google.com/abc-defg-hij"
LANGUAGES: tuple[Language, ...] = get_args(Language)
ALL = [*TEXTS.values(), LINK_TO_FOLLOW]
BANNED = re.compile(
    r"physical|therap|screening|foot|feet|back|spine|pie\b|espalda|pain|dolor|numb|doctor|exam",
    re.IGNORECASE,
)


def longest(of: list[str]) -> str:
    """The longest form of a text."""
    return max(of, key=septets)


def every_time() -> list[datetime]:
    """Each day of a year, at noon."""
    first = datetime(2027, 1, 1, 20, 0, tzinfo=UTC)
    return [first + timedelta(days=day, minutes=30) for day in range(365)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("forms", ALL)
def test_every_form_fits_with_the_longest_data(forms: tuple[Text, ...], language: Language) -> None:
    """Every form has at most 160 septets with the longest day, link, code and number."""
    when = longest([day_and_time(each, PACIFIC, language) for each in every_time()])
    time = longest([time_of_day(each, PACIFIC, language) for each in every_time()])
    for form in forms:
        words = written(
            [form], language, CLINIC, when=when, time=time, link=LINK, video=VIDEO, code="482913"
        )
        whole = form.about(
            name=CLINIC.name, when=when, time=time, link=LINK, video=VIDEO, code="482913",
            number="425-202-5687",
        ).spoken_in(language)  # fmt: skip
        assert words is not None, (septets(whole), whole)
        assert septets(words) <= ONE_MESSAGE
        assert not BANNED.search(words.replace(LINK, "")), words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("forms", ALL)
def test_no_text_gives_a_word_of_twilios_another_meaning(
    forms: tuple[Text, ...], language: Language
) -> None:
    """STOP and HELP are named only for what Twilio does with them, and other keywords never."""
    for form in forms:
        words = form.spoken_in(language)
        assert not re.search(r"\b(CANCEL|END|QUIT|YES|START|UNSUBSCRIBE)\b", words)
        assert "STOP" in words
        assert words.startswith("{name}: ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_long_address_gives_way_to_the_video_room_and_then_to_the_number(
    language: Language,
) -> None:
    """A long link gives way to the video room, and the clinic's number always stays."""
    parts = {"when": day_and_time(every_time()[0], PACIFIC, language), "code": "482913"}
    long = "https://screening-line.production.example-hosting.com/visit/" + "w" * 22
    for name, forms in TEXTS.items():
        for video in (VIDEO, ""):
            words = written(
                forms, language, CLINIC, time="9:00 AM PT", link=long * 2, video=video, **parts
            )
            assert words is not None
            assert "425-202-5687" in words, name
            assert (VIDEO in words) == bool(video and "{video}" in str(forms))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clinic_with_a_long_name_abroad_still_has_a_form_of_each(language: Language) -> None:
    """A name of fifteen letters, a long zone name and an international number still fit."""
    clinic = replace(CLINIC, name="W" * 15, number="+447400123456")
    when = f"{day_and_time(every_time()[9], PACIFIC, language)[:-2]}+0545"
    for forms in (*TEXTS.values(), *((reply,) for reply in REPLIES if reply is not MOVE)):
        assert written(forms, language, clinic, when=when, time="12:30 PM +0545", code="482913")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("BodyFix Physical Therapy", "BodyFix"),
        ("Spring Back & Spine Clinic", "Spring"),
        ("Physical Therapy of Everett", "Everett"),
        ("The Foot Clinic", "Visit by video"),
        ("Centro de Fisioterapia Muñoz", "Centro de"),
        ("Dr. Wilhelmina Featherstonehaugh PT", "Dr. Wilhelmina"),
    ],
)
def test_the_clinics_name_does_not_tell_its_kind(name: str, short: str) -> None:
    """A locked screen shows who wrote, but not the medical field."""
    assert short_name(name) == short


def test_times_are_the_clinics() -> None:
    """Times are right on both sides of a clock change, at noon, and in a zone without a letter."""
    assert day_and_time(datetime(2027, 3, 14, 9, 0, tzinfo=UTC), PACIFIC, "en") == (
        "Sun Mar 14, 1:00 AM PT"
    )
    assert day_and_time(datetime(2027, 3, 14, 19, 0, tzinfo=UTC), PACIFIC, "es") == (
        "domingo 14 mar, 12:00 p.m. PT"
    )
    assert time_of_day(
        datetime(2027, 3, 14, 19, 0, tzinfo=UTC), ZoneInfo("America/Bogota"), "en"
    ) == ("2:00 PM -05")


def test_the_alphabet_counts_as_phones_do() -> None:
    """€ and brackets count double, and á is not in the alphabet."""
    assert septets("a€[") == 5
    assert septets("ñé¿") == 3
    with pytest.raises(ValueError, match="á"):
        septets("más")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reply", REPLIES)
def test_every_reply_is_one_message_too(reply: Text, language: Language) -> None:
    """Replies fit with the longest data and avoid the words that Twilio acts on."""
    when = longest([day_and_time(each, PACIFIC, language) for each in every_time()])
    words = written([reply], language, CLINIC, when=when, link=LINK)
    assert words is not None, reply
    assert not re.search(r"\b(CANCEL|END|QUIT|STOP|YES|START)\b", words)
    assert not BANNED.search(words.replace(LINK, "")), words


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("N\u00fa\u00f1ez", "Nu\u00f1ez"),
        ("Jos\u00e9 Mart\u00ednez", "Jos\u00e9 Martinez"),
        ("Nu\u0301n\u0303ez", "Nu\u00f1ez"),
        ("Gon\u00e7alves", "Goncalves"),
        ("O\u2019Brien\u2013Fit", "O'Brien-Fit"),
        ("\u0141ukasz", "Lukasz"),
        ("\u0126a\u0167\u014b \u0181\u00e1", "Hatn Ba"),
        ("STRA\u1e9eE", "STRASSE"),
        ("\u201eKraft\u201c", '"Kraft"'),
        ("Hawai\u02bbi", "Hawai'i"),
        ("1\u00bd \u00d7 fit", "11/2 x fit"),
        ("\u5065\u5eb7", "Visit by video"),
    ],
)
def test_a_name_is_written_in_the_nearest_letters(name: str, short: str) -> None:
    """Letters outside the GSM alphabet are replaced by similar ones where they exist."""
    assert short_name(name) == short
