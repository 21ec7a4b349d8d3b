"""What the page shows: when, how to join, what can be done; in English and in Spanish."""

from datetime import timedelta

import pytest
from clinic import SetClock, at, row
from patient_page import Patient
from starlette.types import ASGIApp

from voice.line import Line

NINE = at("2026-12-01 09:00")


async def test_the_page_says_when_and_whom_to_call(patient: Patient) -> None:
    """Day, time, zone, how long, the clinic's number, and what to do in an emergency."""
    page = await patient.opens()
    assert page.status == 200
    for words in (
        "Tuesday, December 1st", "9:00 AM", "Pacific time", "20 minutes", "425-202-5687",
        "In an emergency, call 911.", "BodyFix Physical Therapy",
    ):  # fmt: skip
        assert words in page.text
    assert "tel:+14252025687" in page.links()
    assert await patient.opens(method="HEAD")


async def test_it_speaks_the_language_of_the_call(line: Line, patient: Patient, visit: int) -> None:
    """And the other one behind a link, which stays chosen."""
    assert 'lang="en"' in (await patient.opens()).html
    spanish = await patient.opens("?in=es")
    assert '<html lang="es">' in spanish.html
    assert "martes 1 de diciembre" in spanish.text
    assert "?in=en" in spanish.links()
    assert f"{patient.path}/move?in=es" in spanish.links()
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET language = 'es' WHERE id = %s", [visit])
    assert "En una emergencia, llame al 911." in (await patient.opens()).text
    assert "In an emergency" in (await patient.opens("?in=en")).text
