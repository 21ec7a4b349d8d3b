"""Only the patient can change a visit, and no response reveals more than it must."""

import logging
from collections.abc import Generator
from dataclasses import replace
from typing import TypedDict

import pytest
import structlog
from prometheus_client import generate_latest
from psycopg_pool import AsyncConnectionPool
from starlette.types import ASGIApp
from support.clinic import SetClock, row
from support.data_key import CIPHER
from support.patient_page import Patient, patient_of

from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.database.connection import open_pool
from voice.logs import write_logs
from voice.patient_page.templates import FILES
from voice.settings import Settings

PLACES = ("", "/move", "/cancel", "/move/1")


class Forged(TypedDict, total=False):
    """The flaw of a forged form."""

    key: str
    headers: dict[str, str]
    cookies: dict[str, str]
    long: str


FORGED: tuple[Forged, ...] = (
    {"key": ""},
    {"key": "0" * 64},
    {"headers": {"origin": "https://evil.example"}},
    {"headers": {"sec-fetch-site": "cross-site"}},
    {"headers": {"sec-fetch-site": "same-site", "origin": "null"}},
    {"cookies": {}},
    {"cookies": {"visit": "A" * 22}},
    {"long": "x" * 20_000},
)


@pytest.mark.parametrize("place", PLACES)
async def test_a_forged_form_has_no_effect(
    patient: Patient, line: Line, visit: int, place: str
) -> None:
    """A missing key, another browser's key or another site gets 403 and a page with advice."""
    before = await row(line.clinic, visit)
    opened = await patient.opens("/cancel")
    key, cookies = opened.html.partition('name="key" value="')[2][:64], patient.cookies
    for forged in FORGED:
        patient.more, patient.cookies = forged.get("headers", {}), forged.get("cookies", cookies)
        answer = await patient.sends(
            place,
            key=forged.get("key", key),
            name="Eve",
            start="2026-12-02T18:00:00+00:00",
            long=forged.get("long", ""),
        )
        assert answer.status == 403
        assert "Nothing was changed" in answer.text
        assert "425-202-5687" in answer.text
    assert await row(line.clinic, visit) == before


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"origin": "null", "sec-fetch-site": "same-origin"},
        {"origin": "http://line.example"},
        {"origin": "http://127.0.0.1:8000"},
    ],
)
async def test_a_patients_own_form_is_taken(
    patient: Patient, line: Line, visit: int, sent: dict[str, str]
) -> None:
    """A genuine form is accepted from old and new browsers, with or without a proxy."""
    patient.more = sent
    assert (await patient.sends(name="Ana", email="")).status == 303
    assert (await row(line.clinic, visit)).patient_name == "Ana"


async def test_the_cookie_stays_with_these_pages(line: Line, visit: int) -> None:
    """The cookie is HttpOnly, same-site, and Secure over https."""
    settings = line.settings.model_copy(update={"public_base_url": "https://line.example"})
    for each, secure in ((line, False), (replace(line, settings=settings), True)):
        patient = await patient_of(line, create_app(each), visit)
        answer = await patient.opens()
        given = answer.headers["set-cookie"]
        assert {"HttpOnly", "Path=/visit", "SameSite=strict"} <= set(given.split("; "))
        assert ("Secure" in given) is secure
        assert ("strict-transport-security" in answer.headers) is secure
        assert patient.path.rpartition("/")[2] not in given


async def test_every_answer_has_the_headers(patient: Patient, app: ASGIApp) -> None:
    """Pages, files, redirects, refusals, 404 and 405 all have the headers."""
    answers = [
        await patient.opens(place, method)
        for place in (
            *PLACES, "/visit.ics", "/nothing", "/visit", "/visit/", "/visit/x", "/visit/x/y/z",
            "/visit/files/visit.css", "/visit/files/no.css",
        )
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE")
    ]  # fmt: skip
    assert {each.status for each in answers} == {200, 303, 403, 404, 405}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "camera=()" in answer.headers["permissions-policy"]
    assert "content-security-policy" not in (await Patient(app).opens("/healthz")).headers


async def test_every_link_that_opens_nothing_looks_the_same(
    patient: Patient, now: SetClock
) -> None:
    """Wrong, foreign and expired links get the same page."""
    path = patient.path
    wrong = await patient.opens("/visit/" + "A" * 22)
    now.forward(days=2)
    old = await patient.opens()
    assert old.status == wrong.status == 404
    assert old.body == wrong.body
    assert "This link does not open a visit" in old.text
    for place in ("/visit.ics", "/move", "/cancel"):
        assert (await patient.opens(place)).body == wrong.body
    assert (await patient.opens("/visit/" + "A" * 22, "POST")).status == 404
    patient.more = {"accept-language": "es-MX,es;q=0.9"}
    assert "Este enlace no abre ninguna cita" in (await patient.opens(path)).text
    assert path not in old.html


async def test_without_the_database_the_page_says_whom_to_call(
    migrated: str, now: SetClock
) -> None:
    """The answer is 503 with the clinic's number, and claims nothing uncertain."""
    async with open_pool(migrated, cipher=CIPHER, size=1) as gone:
        pass
    patient = Patient(create_app(line_on(Settings.load("demo"), gone, now)), "/visit/" + "A" * 22)
    answer = await patient.opens("?in=es")
    assert answer.status == 503
    assert "425-202-5687" in answer.text
    assert "Perdón, hubo un problema de nuestra parte" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.fixture
def _as_before() -> Generator[None]:
    """Restore logging after a test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("_as_before")
async def test_the_token_is_in_no_log_and_no_measure(
    patient: Patient, database: AsyncConnectionPool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither token nor name is logged, even on a failure."""
    write_logs("json")
    logging.getLogger().setLevel(logging.DEBUG)
    token = patient.path.rpartition("/")[2]
    await patient.opens()
    await patient.sends("/cancel", key="")
    async with database.connection() as conn:
        await conn.execute("UPDATE booking SET patient_name = 'Canary', chart = '[\"Canary\"]'")
    assert (await patient.opens()).status == 500
    logged, measured = capsys.readouterr().out, generate_latest().decode()
    assert "a page failed" in logged
    assert "a form that is not from this visit's own page" in measured
    assert 'route="/visit/{token}"' in measured
    for said in (logged, measured):
        assert token not in said
        assert "Canary" not in said


async def test_the_page_is_light_and_asks_nothing_elsewhere(patient: Patient) -> None:
    """Everything that the page loads is local, fingerprinted and below 50 kB."""
    heaviest = max([await patient.opens(place) for place in ("", "?in=es", "/move", "/cancel")],
                   key=lambda page: len(page.body))  # fmt: skip
    assert len(heaviest.body) + sum(len(content) for content, _ in FILES.values()) < 50_000
    page = await patient.opens()
    loads = [to for to in page.links() if to.startswith("/visit/files/")]
    assert len(loads) == 2
    assert page.html.count('integrity="sha384-') == 2
    assert "style=" not in page.html
    assert " on" + "click" not in page.html
    for file in loads:
        assert (await patient.opens(file)).status == 200
