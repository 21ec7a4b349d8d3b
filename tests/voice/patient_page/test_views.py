"""The page shows when the visit is, how to join and what can be done, in two languages."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock, at, confirmed, hold, row, span
from support.patient_page import Patient, patient_of

from calendar_sync.bookings.event_text import event_for
from voice.app import create_app
from voice.bootstrap import Line
from voice.icalendar import calendar_file, escaped, folded

NINE = at("2026-12-01 09:00")


async def test_the_page_says_when_and_whom_to_call(patient: Patient) -> None:
    """It shows day, time, zone, length, the clinic's number and what to do in an emergency."""
    page = await patient.opens()
    assert page.status == 200
    for words in (
        "Tuesday, December 1st", "9:00\u00a0AM", "Pacific time", "20 minutes", "425-202-5687",
        "In an emergency, call 911.", "BodyFix Physical Therapy",
    ):  # fmt: skip
        assert words in page.html
    assert "tel:+14252025687" in page.links()


async def test_it_speaks_the_language_of_the_call(line: Line, patient: Patient, visit: int) -> None:
    """A link leads to the other language, and the choice is remembered."""
    assert '<html lang="en">' in (await patient.opens()).html
    spanish = await patient.opens("?in=es")
    assert '<html lang="es">' in spanish.html
    assert "martes 1 de diciembre" in spanish.text
    assert "?in=en" in spanish.links()
    assert f"{patient.path}/move?in=es" in spanish.links()
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET language = 'es' WHERE id = %s", [visit])
    assert "En caso de emergencia, llame al 911." in (await patient.opens()).text
    assert "In an emergency" in (await patient.opens("?in=en")).text


async def test_the_link_to_join_shows_from_a_quarter_of_an_hour_before(
    line: Line, visit: int, now: SetClock
) -> None:
    """Before that, the page says when it will show; afterwards, that the visit is over."""
    room = "https://video.example/room"
    line = replace(line, clinic=replace(line.clinic, video_url=room))
    patient = await patient_of(line, create_app(line), visit)
    now.at = NINE - timedelta(minutes=15, seconds=1)
    page = await patient.opens()
    assert room not in page.html
    assert "from 8:45\u00a0AM" in page.html
    assert 'data-seconds="2"' in page.html
    now.forward(seconds=1)
    assert room in (await patient.opens()).links()
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET video_link = 'https://meet.example/a'")
    assert "https://meet.example/a" in (await patient.opens()).links()
    now.at = NINE + timedelta(minutes=19)
    begun = await patient.opens()
    assert "https://meet.example/a" in begun.links()
    assert f"{patient.path}/move" not in begun.links()
    now.forward(minutes=1)
    over = await patient.opens()
    assert "This visit is over" in over.text
    assert "https://meet.example/a" not in over.html


async def test_without_a_link_the_clinic_calls(patient: Patient, now: SetClock) -> None:
    """The page says so early and late, but waits for a link that is still being made."""
    assert "We will call you with the link" in (await patient.opens()).text
    now.at = NINE
    assert "We will call you with the link" in (await patient.opens()).text


async def test_a_link_in_the_making_is_announced(line: Line, visit: int) -> None:
    """The calendar makes a link for each event."""
    line = replace(line, clinic=replace(line.clinic, makes_links=True))
    patient = await patient_of(line, create_app(line), visit)
    assert "15 minutes before" in (await patient.opens()).text


async def test_the_calendar_file_is_as_the_standard_wants_it(patient: Patient, line: Line) -> None:
    """UTC times, a stable UID and CRLF lines of at most 75 octets; no name, health data or link."""
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET patient_name = 'Ana', patient_email = 'a@b.example'")
    answer = await patient.opens("/visit.ics?in=es")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "attachment" in answer.headers["content-disposition"]
    lines = answer.body.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert {"VERSION:2.0", "DTSTART:20261201T170000Z", "DTEND:20261201T172000Z",
            "DTSTAMP:20261130T160000Z", "SUMMARY:Cita por video"} <= set(lines)  # fmt: skip
    assert all(len(each.encode()) <= 75 for each in lines)
    google = next(to for to in (await patient.opens()).links() if "google" in to)
    asked = parse_qs(urlsplit(google).query)
    assert asked["dates"] == ["20261201T170000Z/20261201T172000Z"]
    token = patient.path.rpartition("/")[2]
    for said in (answer.body.decode().replace("\r\n ", ""), str(asked)):
        for secret in ("Ana", "a@b", "Therapy", "BodyFix", "foot", "0123", token):
            assert secret not in said
        assert "425-202-5687" in said


def test_calendar_text_is_escaped_and_folded_between_characters() -> None:
    """Backslash, comma, semicolon, line breaks; a fold never splits a letter (RFC 5545, 3.1)."""
    assert escaped("a,b;c\\d\r\ne\nf") == "a\\,b\\;c\\\\d\\ne\\nf"
    line = "DESCRIPTION:" + "é" * 100
    parts = folded(line).split(b"\r\n")
    assert all(len(part) <= 75 for part in parts)
    assert "".join(part.decode() for part in parts).replace(" ", "") == line
    made = calendar_file("k", span("2026-12-01 09:00"), "x\nATTENDEE:y", "", NINE).decode()
    assert "\r\nATTENDEE" not in made


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_looking_changes_nothing(
    patient: Patient, database: AsyncConnectionPool, method: str
) -> None:
    """Message scanners open links by themselves."""
    places = ("", "?in=es", "/visit.ics", "/move", "/move?day=2026-12-02", "/move/1", "/cancel")

    async def everything() -> list[object]:
        async with database.connection() as conn:
            return [
                await (await conn.execute(f"SELECT * FROM {table} ORDER BY 1")).fetchall()  # noqa: S608  # our own names
                for table in ("booking", "local_event", "procrastinate_jobs", "visit_link")
            ]

    before = await everything()
    for place in places:
        assert (await patient.opens(place, method)).status in {200, 303}
    assert await everything() == before


async def test_name_and_email_are_kept_and_shown_to_staff(
    patient: Patient, line: Line, visit: int
) -> None:
    """Values are trimmed, and an empty form removes them."""
    saved = await patient.follows(
        await patient.sends(name="  Ana  <b>Pérez ", email=" ana@example.com ")
    )
    assert "Thank you. It is saved." in saved.text
    assert 'value="Ana &lt;b&gt;Pérez"' in saved.html
    kept = await row(line.clinic, visit)
    assert (kept.patient_name, kept.patient_email) == ("Ana <b>Pérez", "ana@example.com")
    assert "EMAIL: ana@example.com" in event_for(line.clinic, kept).description
    await patient.sends(name="", email="")
    assert (await row(line.clinic, visit)).patient_name is None


async def test_no_invitation_is_promised_that_will_not_come(patient: Patient) -> None:
    """A clinic may have no calendar for invitations."""
    assert "invitation" not in (await patient.opens()).text


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Ana", "ana@"), ("Ana", "ana@example"), ("Ana", "a b@example.com"), ("Ana", "ana@-a.com"),
        ("Ana", "ana@example.com\r\nBcc: x@y.com"), ("Ana", "a" * 250 + "@example.com"),
        ("x" * 81, ""), ("Ana\u202e", ""), ("A\x00", ""),
    ],
)  # fmt: skip
async def test_what_can_not_be_right_is_said_kindly_and_stays_typed(
    patient: Patient, line: Line, visit: int, name: str, email: str
) -> None:
    """Nothing is stored of an invalid form, and what was typed stays in it."""
    answer = await patient.sends(name=name, email=email)
    assert answer.status == 422
    assert "Please check what is marked." in answer.text
    assert answer.html.count('aria-invalid="true"') == 1
    assert 'value="Ana' in answer.html or name[:1] != "A" or "\x00" in name
    kept = await row(line.clinic, visit)
    assert (kept.patient_name, kept.patient_email) == (None, None)


async def test_a_time_that_is_not_in_the_calendar_is_not_called_booked(line: Line) -> None:
    """A visit that is pending, only held or given up is not shown as booked."""
    waiting = await confirmed(line.clinic, span("2026-12-02 09:00"), "CA7")
    patient = await patient_of(line, create_app(line), waiting)
    page = await patient.opens()
    assert "Your time is saved" in page.text
    assert f"{patient.path}/cancel" not in page.links()
    assert (await patient.opens("/visit.ics")).status == 303
    held = await hold(line.clinic, span("2026-12-02 10:00"), "CA8")
    assert "not booked" in (await (await patient_of(line, patient.app, held)).opens()).text
