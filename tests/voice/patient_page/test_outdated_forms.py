"""A form from an old tab changes nothing, as it names the time that its page showed."""

from datetime import timedelta

import pytest
from support.clinic import row, span
from support.patient_page import Patient

from voice.bootstrap import Line

FREE = "2026-12-01T18:00:00+00:00"


@pytest.mark.parametrize("form", ["/cancel", "/move", "/move/held"])
async def test_a_form_about_another_time_shows_the_new_one_first(
    patient: Patient, line: Line, visit: int, form: str
) -> None:
    """Cancel, choose and confirm each show the new time after the visit was moved."""
    fields: dict[str, str] = {}
    if form == "/cancel":
        await patient.opens("/cancel")
    else:
        await patient.opens("/move")
        fields = {"start": FREE}
    if form == "/move/held":
        asks = await patient.sends("/move", **fields)
        form = asks.headers["location"].removeprefix(patient.path)
        await patient.opens(form)
        fields = {}
    old = patient.about
    await moved_by_two_hours(line, visit)
    came = await patient.follows(await patient.sends(form, about=old, **fields))
    assert "Nothing was changed: your visit has had another time since." in came.text
    assert "11:00" in came.text
    assert (await row(line.clinic, visit)).state == "booked"
    assert (await row(line.clinic, visit)).slot == span("2026-12-01 11:00")


async def test_a_form_without_a_time_changes_nothing(
    patient: Patient, line: Line, visit: int
) -> None:
    """A form that our page did not create changes nothing."""
    await patient.sends("/cancel", about="")
    assert (await row(line.clinic, visit)).state == "booked"


async def moved_by_two_hours(line: Line, visit: int) -> None:
    """Move the visit as a sync of a staff change does."""
    async with line.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET during = tstzrange(lower(during) + %(hours)s,"
            " upper(during) + %(hours)s) WHERE id = %(visit)s",
            {"hours": timedelta(hours=2), "visit": visit},
        )
