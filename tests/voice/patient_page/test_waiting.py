"""The waiting list on the page: joining it, an offered time, and what ends an offer."""

import re
from datetime import timedelta

import pytest
from starlette.types import ASGIApp
from support.clinic import SetClock, row, span
from support.patient_page import Answer, patient_of
from support.waiting import (
    NUMBERS,
    entry_of,
    frees,
    offered,
    offers_of,
    patient_with_visit,
    reads,
    waits,
)

from calendar_sync.bookings import call_backs
from calendar_sync.sync.insert import insert
from calendar_sync.sync.move import carry_out
from voice.background import run_in_background
from voice.bootstrap import Line
from voice.flows.clinical_wording import CALL_911, DOCTOR_TODAY
from voice.patient_page.safety_form import STOPS
from voice.worker import work

EARLY, LATE = span("2026-12-01 09:00"), span("2026-12-10 10:00")
ALL_NO = {each.name: "2" for each in STOPS}


@pytest.fixture(autouse=True)
def _impatient_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that does not wait for a calendar whose jobs the test runs itself."""
    monkeypatch.setattr("voice.patient_page.offer.WAIT_SECONDS", 0.2)


async def one_who_waits(
    line: Line, *, visit: bool = True, language: str = "en", **ago: float
) -> int:
    """A patient on the list, and a freed time that they are offered; the held time's id."""
    other = await patient_with_visit(line.clinic, EARLY, 5)
    own = await patient_with_visit(line.clinic, LATE, 0) if visit else None
    answered = line.now() - timedelta(**ago) if ago else None
    await waits(line.clinic, 0, own, safety_at=answered, language=language)
    await frees(line.clinic, other)
    return (await offers_of(line.clinic, 0))[-1].booking


def key_on(page: Answer) -> str:
    """The key of a page's forms."""
    return page.html.partition('name="key" value="')[2][:64]


async def test_the_page_of_a_visit_offers_the_list(line: Line, app: ASGIApp) -> None:
    """One button puts the patient on it, and takes them off again."""
    visit = await patient_with_visit(line.clinic, LATE, 0)
    patient = await patient_of(line, app, visit)
    assert "Would you like an earlier time?" in (await patient.opens()).text
    on = await patient.follows(await patient.sends("/wait"))
    assert "You are on the waiting list" in on.text
    await patient.sends("/wait")
    assert "for an earlier time" in (await row(line.clinic, visit)).waiting_note
    off = await patient.follows(await patient.sends("/leave"))
    assert "Text me about earlier times" in off.text
    assert (await entry_of(line.clinic, 0)).outcome == "left"


async def test_only_who_gets_texts_is_offered_the_list(
    line: Line, app: ASGIApp, visit: int, now: SetClock
) -> None:
    """Neither who did not agree, nor who could be offered nothing earlier any more."""
    silent = await patient_of(line, app, visit)
    assert "earlier time" not in (await silent.opens()).text
    await silent.sends("/wait")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT FROM waiting_list")
        assert rows.rowcount == 0
    late = await patient_of(line, app, await patient_with_visit(line.clinic, LATE, 0))
    now.at = LATE.start - timedelta(hours=4)
    assert "earlier time" not in (await late.opens()).text


async def test_an_offered_time_is_taken_with_one_press(
    line: Line, app: ASGIApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The visit moves as by the page's own move, and the link then shows the visit."""
    monkeypatch.setattr("voice.patient_page.offer.WAIT_SECONDS", 10)
    patient = await patient_of(line, app, await one_who_waits(line))
    page = await patient.opens()
    assert "A time is open for you" in page.text
    assert "It is held for you until 8:30\u00a0AM." in page.text or "until 8:30" in page.text
    assert "Thursday, December 10th" in page.text
    async with run_in_background(work(line.clinic)):
        moved = await patient.follows(await patient.sends("/take"))
    assert "Your visit is moved." in moved.text
    assert "Tuesday, December 1st" in moved.text
    assert "waiting list" not in moved.text, "nobody waits on for what they have just taken"


async def test_a_move_under_way_is_not_called_moved(line: Line, app: ASGIApp) -> None:
    """The page refreshes itself until the calendar has it; pressing again changes nothing."""
    held = await one_who_waits(line)
    patient = await patient_of(line, app, held)
    key = key_on(await patient.opens())
    for _ in range(2):
        waiting = await patient.follows(await patient.sends("/take", key=key))
        assert "We are moving your visit" in waiting.text
        assert waiting.headers["refresh"] == "3"
    await carry_out(line.clinic, held)
    assert "Your video screening" in (await patient.opens()).text


async def test_who_had_nothing_is_booked(line: Line, app: ASGIApp) -> None:
    """The same link shows the visit."""
    held = await one_who_waits(line, visit=False)
    patient = await patient_of(line, app, held)
    assert "A time is open for you" in (await patient.opens()).text
    saved = await patient.follows(await patient.sends("/take"))
    assert "Your time is saved" in saved.text
    await insert(line.clinic, held)
    assert "Your video screening" in (await patient.opens()).text


async def test_a_link_opened_late_says_that_the_visit_stands(
    line: Line, app: ASGIApp, now: SetClock
) -> None:
    """After half an hour nothing can be taken, whether or not anybody noticed yet."""
    held = await one_who_waits(line)
    patient = await patient_of(line, app, held)
    await patient.opens()
    now.forward(minutes=30)
    for _ in range(2):
        gone = await patient.follows(await patient.sends("/take"))
        assert "That time has gone" in gone.text
        assert "Your visit stands: Thursday, December 10th, at 10 AM" in gone.text
        assert "You are still on the waiting list" in gone.text
        assert (await row(line.clinic, held)).moves is None
        await reads(line.clinic)
    left = await patient.follows(await patient.sends("/leave"))
    assert "You are not on the waiting list any more" in left.text


async def test_a_declined_time_is_left_to_the_next(line: Line, app: ASGIApp) -> None:
    """They stay on the list."""
    patient = await patient_of(line, app, await one_who_waits(line))
    gone = await patient.follows(await patient.sends("/decline"))
    assert "That time has gone" in gone.text
    assert await offered(line.clinic, 0) == [("Tue 09:00", "declined")]
    assert (await entry_of(line.clinic, 0)).ended_at is None


async def test_old_safety_answers_are_asked_again(line: Line, app: ASGIApp) -> None:
    """After 14 days; a no to each takes the time, and staff read when it was answered."""
    held = await one_who_waits(line, days=14, seconds=1)
    patient = await patient_of(line, app, held)
    asks = await patient.follows(await patient.sends("/take"))
    assert "First, a few safety questions" in asks.text
    assert all(each.words.en in asks.text for each in STOPS)
    assert asks.html.count('type="radio"') == 18
    assert "checked" not in asks.html
    assert (await row(line.clinic, held)).moves is None
    await patient.follows(await patient.sends("/safety", **ALL_NO))
    visit = (await row(line.clinic, held)).moves
    assert visit
    safety = dict((await row(line.clinic, visit)).chart)["Safety"]
    assert safety == "6 of 6 answered no, Nov 30, 8:00 AM PT, on the patient's page"


async def test_answers_of_14_days_are_not_asked_again(line: Line, app: ASGIApp) -> None:
    """Only older ones are."""
    held = await one_who_waits(line, days=14)
    patient = await patient_of(line, app, held)
    assert (await patient.opens("/safety")).status == 303
    await patient.sends("/take")
    assert (await row(line.clinic, held)).moves


@pytest.mark.parametrize("visit", [True, False])
@pytest.mark.parametrize("answer", ["1", "3"])
async def test_a_danger_sign_stops_as_by_phone(
    line: Line, app: ASGIApp, answer: str, *, visit: bool
) -> None:
    """Its own advice, nothing booked or moved, off the list, and a call-back first on the list."""
    held = await one_who_waits(line, visit=visit, days=20)
    patient = await patient_of(line, app, held)
    key = key_on(await patient.opens())
    told = await patient.sends("/safety", key=key, **{**ALL_NO, "skin": answer, "injury": "1"})
    assert told.status == 200
    assert DOCTOR_TODAY.words.en in told.text
    assert ("To be safe, I take that as a yes." in told.text) == (answer == "3")
    assert "ending in 0130" in told.text
    assert ("Your visit stands" in told.text) == visit
    assert (await row(line.clinic, held)).state == "released"
    assert (await row(line.clinic, held)).confirmed_at is None
    assert (await entry_of(line.clinic, 0)).outcome == "danger sign"
    async with line.pool.connection() as conn:
        open_ = await call_backs.open_requests(conn)
    asked = [(each.code, each.detail, each.number) for each in open_]
    assert ("safety_stop", "skin", NUMBERS[0]) in asked
    assert (
        "That time has gone" in (await patient.follows(await patient.sends("/take", key=key))).text
    )


async def test_an_emergency_shows_how_to_call(line: Line, app: ASGIApp) -> None:
    """A yes counts though other questions have no answer, and its advice is the clinician's."""
    patient = await patient_of(line, app, await one_who_waits(line, days=20))
    told = await patient.sends("/safety", chest="1")
    assert CALL_911.words.en.replace("9 1 1", "911") in told.text
    assert 'href="tel:911"' in told.html


async def test_a_missing_answer_is_no_no(line: Line, app: ASGIApp) -> None:
    """The form comes back with what was answered."""
    held = await one_who_waits(line, days=20)
    patient = await patient_of(line, app, held)
    again = await patient.sends("/safety", **{**ALL_NO, "toilet": ""})
    assert again.status == 422
    assert "Please answer every question" in again.text
    assert again.html.count("checked") == 5
    assert (await row(line.clinic, held)).moves is None


async def test_nothing_is_taken_past_the_questions(line: Line, app: ASGIApp) -> None:
    """A form sent past them changes nothing."""
    held = await one_who_waits(line, days=20)
    patient = await patient_of(line, app, held)
    assert (await patient.sends("/take")).headers["location"].endswith("/safety")
    assert (await row(line.clinic, held)).moves is None


async def test_the_page_speaks_the_patients_language(line: Line, app: ASGIApp) -> None:
    """In Spanish, the offer, the questions and the end."""
    patient = await patient_of(line, app, await one_who_waits(line, language="es", days=20))
    assert "Hay una hora para usted" in (await patient.opens()).text
    asks = await patient.follows(await patient.sends("/take"))
    assert "Primero, unas preguntas de seguridad" in asks.text
    told = await patient.sends("/safety", **{**ALL_NO, "skin": "1"})
    assert re.search("Un médico debe verlo hoy", told.text)
