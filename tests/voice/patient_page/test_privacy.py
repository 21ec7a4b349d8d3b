"""The public privacy page is accurate, bilingual, and looks like the visit page."""

import re
from dataclasses import replace

import pytest
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp
from support.patient_page import Patient
from support.readability import spanish_index
from textstat.textstat import textstatistics

from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.language import Text
from voice.patient_page import privacy_wording
from voice.settings import Settings


@pytest.fixture
def anybody(app: ASGIApp) -> Patient:
    """A visitor without a visit."""
    return Patient(app)


async def test_it_says_what_carriers_look_for(anybody: Patient) -> None:
    """It covers sharing of numbers and consent, message frequency, rates, STOP and HELP."""
    page = await anybody.opens("/privacy")
    assert page.status == 200
    for words in (
        "We do not share or sell mobile numbers, or the consent to texts, to anyone",
        "about five for a visit", "Message and data rates may apply.", "Reply STOP to end them",
        "HELP for help",
        "Last changed on November 28, 2026.", "Call 425-202-5687 or write to info@bodyfixpt.com.",
        "within 45 days", "BodyFix Physical Therapy",
    ):  # fmt: skip
        assert words in page.text, words


async def test_it_says_what_is_kept_why_and_how_long(anybody: Patient) -> None:
    """Each kind of data has its reason, its retention time and who sees it."""
    text = (await anybody.opens("/privacy?in=en")).text
    periods = {"answer_days": "30", "retention_days": "365", "consent_years": "5"}
    for kept in privacy_wording.KEPT:
        how_long = kept.how_long.en.format(**periods)
        assert f"{kept.what.en} Why {kept.why.en} How long {how_long}" in text
    assert "Twilio" in text
    assert "Google" not in text, "A line with a calendar of its own gives nothing to Google."


@pytest.mark.parametrize(
    ("language", "days", "years"), [("en", "days", "years"), ("es", "días", "años")]
)
async def test_its_figures_are_those_of_the_settings(
    line: Line, language: str, days: str, years: str
) -> None:
    """A clinic that keeps data for other periods says so, in both languages."""
    periods = {"answer_days": 47, "retention_days": 401, "consent_years": 11}
    changed = replace(line, settings=line.settings.model_copy(update=periods))
    text = (await Patient(create_app(changed)).opens(f"/privacy?in={language}")).text
    assert {f"47 {days}", f"401 {days}", f"11 {years}"} <= set(
        re.findall(rf"\d+ (?:{days}|{years})", text)
    )
    assert not re.search(rf"\b(?:30|365) {days}|\b5 {years}", text)


async def test_a_line_on_google_names_google(line: Line) -> None:
    """With a Google calendar, Google is named among those who see the data."""
    known = line.settings.model_dump() | {"google_credentials_file": "some.json"}
    settings = Settings.model_construct(_fields_set=None, **known)
    page = await Patient(create_app(replace(line, settings=settings))).opens("/privacy")
    assert "Google, which hosts the clinic's calendar" in page.text


async def test_it_speaks_spanish_to_a_spanish_browser(anybody: Patient) -> None:
    """A link changes the language."""
    anybody.more["accept-language"] = "es-US,es;q=0.9"
    page = await anybody.opens("/privacy")
    assert "No compartimos ni vendemos números de celular" in page.text
    assert "Último cambio: 28 de noviembre de 2026." in page.text
    assert "?in=en" in page.links()
    assert "Privacy" in (await anybody.opens("/privacy?in=en")).html


async def test_it_needs_no_database() -> None:
    """A reviewer of the registration sees it while the database is down."""
    away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    page = await Patient(create_app(line_on(Settings.load("demo"), away))).opens("/privacy")
    assert page.status == 200


async def test_it_is_sealed_like_the_visits_page_and_sets_no_cookie(anybody: Patient) -> None:
    """It loads only its own files, cannot be framed, and sets no cookie."""
    page = await anybody.opens("/privacy")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "set-cookie" not in page.headers
    assert all(to.startswith(("/visit/files/", "?in=", "tel:")) for to in page.links())


async def test_every_page_of_a_visit_leads_there(patient: Patient) -> None:
    """The link leads to the page in the visit's language."""
    assert "/privacy?in=en" in (await patient.opens()).links()
    assert "/privacy?in=es" in (await patient.opens("?in=es")).links()


def test_it_can_be_read_without_a_lawyer() -> None:
    """The whole page is grade eight at most in English and "quite easy" in Spanish."""
    texts = [each for each in vars(privacy_wording).values() if isinstance(each, Text)]
    texts += [*privacy_wording.TEXTS]
    for kept in privacy_wording.KEPT:
        texts += [kept.why, kept.how_long]
    english, spanish = (" ".join(getattr(each, name) for each in texts) for name in ("en", "es"))
    assert textstatistics().flesch_kincaid_grade(english) <= 8
    assert spanish_index(spanish) >= 60
