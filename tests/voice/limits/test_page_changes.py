"""One visit's page takes so many changes in an hour: its link can not flood the calendar."""

import pytest
from support.clinic import confirmed, requests, row, span
from support.patient_page import Patient, patient_of

from calendar_sync.sync.insert import insert
from voice.app import create_app
from voice.bootstrap import Line

FREE = ("2026-12-01T18:00:00+00:00", "2026-12-01T19:00:00+00:00")


async def patient_at(line: Line) -> tuple[int, Patient]:
    """A booked visit, and its patient."""
    visit = await confirmed(line.clinic, span("2026-12-01 09:00"))
    await insert(line.clinic, visit)
    return visit, await patient_of(line, create_app(line), visit)


@pytest.mark.parametrize("changes", [{"limit_visit_changes": 3}])
async def test_saves_and_moves_of_a_visit_are_bounded(line: Line) -> None:
    """One sentence says so, nothing is stored, staff are told once; canceling stays possible."""
    visit, patient = await patient_at(line)
    for number in range(3):
        assert (await patient.sends(name=f"Ann {number}", email="")).status == 303
    for path, fields in (("", {"name": "Bob", "email": ""}), ("/move", {"start": FREE[0]})):
        answer = await patient.sends(path, **fields)
        assert answer.status == 429
        assert "Your last change was not saved" in answer.text
    assert (await row(line.clinic, visit)).patient_name == "Ann 2"
    waiting = await requests(line.clinic)
    assert waiting.count("limit reached (changes of a visit): no call needed, look for robots") == 1
    await patient.sends("/cancel")
    assert (await row(line.clinic, visit)).state == "cancelled"


@pytest.mark.parametrize("changes", [{"limit_visit_changes": 2}])
async def test_an_hour_later_the_visit_can_be_changed_again(line: Line) -> None:
    """Each visit has a limit of its own, and only the last hour counts."""
    visit, patient = await patient_at(line)
    for status in (303, 303, 429):
        assert (await patient.sends(name="Ann", email="")).status == status
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE page_change SET at = at - interval '61 minutes'")
    assert (await patient.sends(name="Eve", email="")).status == 303
    assert (await row(line.clinic, visit)).patient_name == "Eve"
