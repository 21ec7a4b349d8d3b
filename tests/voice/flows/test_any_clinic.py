"""Another clinic's line never mentions the demo clinic."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg_pool import AsyncConnectionPool
from support.caller import Caller
from support.clinic import SetClock
from support.live_settings import LIVE
from support.patients import RefusingCalendar
from support.pure_call import CLINIC, PureCall

from calendar_sync.bookings import free_times
from voice.app import create_app
from voice.bootstrap import line_on
from voice.language import Text
from voice.settings import Settings
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import InProcess

ROOT = Path(__file__).parents[3]
DEMO_CLINIC = re.compile(r"bodyfix|Spring|Joel|425[-. )]*202|bodyfixpt", re.IGNORECASE)
SEASON = re.compile(r"\bspring\b")
OF_THE_ARTICLE = (
    "writes Doctor Joel Spring, physical therapist.",
    "When Doctor Spring first started",
)
MAY_NAME_IT = {
    "voice/setting_fields.py": "the demo's facts are the defaults",
    "voice/flows/summary_wording.py": "the article is Dr. Spring's",
    "voice/flows/clinical_signatures.toml": "the draft is for Dr. Spring",
}
"""Nothing else names the demo's clinic."""


@pytest.mark.parametrize("folder", ["voice", "calendar_sync", "deploy", ".env.example"])
def test_only_the_defaults_and_the_article_name_the_demos_clinic(folder: str) -> None:
    """Code, templates and deployment files do not hold the demo's name, number or address."""
    place = ROOT / folder
    for path in [place] if place.is_file() else sorted(place.rglob("*")):
        name = str(path.relative_to(ROOT))
        if not path.is_file() or "__pycache__" in name or name in MAY_NAME_IT:
            continue
        text = SEASON.sub("", path.read_bytes().decode("utf-8", "ignore"))
        assert not DEMO_CLINIC.search(text), name


async def test_a_call_to_another_clinic_hears_nothing_of_the_demos(
    database: AsyncConnectionPool,
    now: SetClock,
    calendar: RefusingCalendar,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """From greeting to summary, the clinic has its own name, and the article its author."""
    monkeypatch.chdir(tmp_path)
    for name, value in {**LIVE, "TEXTS": "off", "CLINICIAN_SPOKEN_EN": "Doctor Ann Lee"}.items():
        monkeypatch.setenv(name, value)
    settings = Settings.load("live")
    line = line_on(settings, database, now)
    line = replace(line, clinic=replace(line.clinic, calendar=calendar))
    await free_times.refresh(line.clinic)
    post = InProcess(create_app(line), settings.public_base_url, settings.tokens[0])
    who = CallerId(
        "+14255550123", line=settings.clinic_number, account_sid=settings.twilio_account_sid
    )
    async with Caller(post, who) as caller:
        await caller.hears("Lakeside Physical Therapy.")
        await caller.stays_silent()
        await caller.hears("writes Doctor Joel Spring, physical therapist.")
        for _ in range(6):
            await caller.stays_silent()
    said = " ".join(segment.words for _, segment in caller.segments)
    for of_the_article in OF_THE_ARTICLE:
        assert said.count(of_the_article) == 1, "the article keeps its author"
        said = said.replace(of_the_article, "")
    assert not DEMO_CLINIC.search(said)


def test_the_question_after_the_booking_names_the_clinics_own_clinician() -> None:
    """Whoever sees the answer at this clinic is named, not the author of the article."""
    facts = {**CLINIC.facts, "clinician": Text("Doctor Ann Lee", "La doctora Ann Lee")}
    clinic = replace(CLINIC, facts=facts)
    call = PureCall(clinic=clinic).presses("1", *["2"] * 6, "#", "1", "1", "", "", "1")
    assert "Doctor Ann Lee will see it too." in call.words
    assert not DEMO_CLINIC.search(call.words)
