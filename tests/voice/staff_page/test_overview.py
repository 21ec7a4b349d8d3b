"""The staff page shows call-backs and visits, but no caller's answers."""

import pytest
from support.clinic import requests, span
from support.staff_page import Staff
from support.waiting import patient_with_visit, waits, was_offered

from calendar_sync.bookings import call_backs
from calendar_sync.bookings.call_back_reasons import Reason
from calendar_sync.sync import call_back_events
from voice.bootstrap import Line
from voice.logs import write_logs


async def views(line: Line) -> list[str]:
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT what FROM staff_view ORDER BY id")
        return [what for (what,) in await rows.fetchall()]


async def test_the_page_shows_who_waits_what_comes_and_how_calls_ended(staff: Staff) -> None:
    """Danger signs come first, then the longest wait; full numbers only where staff call."""
    page = await staff.opens()
    assert page.status == 200
    assert "Call back (3) 206-555-0177 Danger sign Answered yes, not sure, or nothing" in page.text
    assert "to the chest question, so nothing is booked English" in page.text
    assert page.text.index("206-555-0177") < page.text.index("425-555-0188")
    assert "425-555-0188 Asked for a person Spanish · since" in page.text
    assert "Number withheld No open time English" in page.text
    assert 'href="tel:+12065550177"' in page.html
    assert "Coming screenings (1) Tue, Dec 1, 9:00" in page.text
    assert "··0123 · English" in page.text
    assert "Calls today (2)" in page.text
    assert "stopped at a safety question 1" in page.text
    assert "call-back: asked for a person 1" in page.text


async def test_the_waiting_list_shows_who_waits_and_for_what(staff: Staff, line: Line) -> None:
    """The first in line first, by the last digits, without an answer; and what is offered now."""
    assert "Waiting list (0) Nobody waits for a time." in (await staff.opens()).text
    visit = await patient_with_visit(line.clinic, span("2026-12-10 10:00"), 5)
    await waits(line.clinic, 5, visit)
    await waits(line.clinic, 6, language="es")
    await was_offered(line.clinic, visit, span("2026-12-02 09:00"))
    page = await staff.opens()
    assert "Waiting list (2) ··0135 · English for earlier than Thu, Dec 10, 10:00" in page.text
    assert "offered Wed, Dec 2, 9:00" in page.text
    assert "··0136 · Spanish nothing is booked · since Mon, Nov 30, 8:00" in page.text
    assert "0135" not in page.text.replace("··0135", "")


async def test_no_answer_and_no_patients_number_is_shown(staff: Staff, line: Line) -> None:
    """Answers, names and numbers of booked patients stay in the calendar."""
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET patient_name = 'Canary'")
    page = await staff.opens()
    for kept in ("Canary", "How long", "right", "skipped", "5550123", "555-0123"):
        assert kept not in page.text


async def test_done_takes_a_request_off_the_list_and_undo_brings_it_back(
    staff: Staff, line: Line
) -> None:
    """The calendar follows, even if the event was deleted there."""
    await call_back_events.show(line.clinic)
    await staff.opens()
    answer = await staff.sends("/staff/done", id="1")
    assert (answer.status, answer.headers["location"]) == (303, "/staff?done=1")
    page = await staff.opens("/staff?done=1")
    assert "Request 1 is done. Undo" in page.text
    assert "Call back (2)" in page.text
    assert len(await requests(line.clinic)) == 2
    await _until_quiet(line)
    assert (await staff.sends("/staff/undo", id="1")).headers["location"] == "/staff"
    assert "Request 1 is done" not in (await staff.opens("/staff?done=1")).text
    await _until_quiet(line)
    assert "asked for a person" in await requests(line.clinic)
    events = [each for each in await _titles(line) if each == "Call back ··0188"]
    assert len(events) == 1


async def _until_quiet(line: Line) -> None:
    """Repeat the worker's jobs of each minute until nothing changes."""
    for _ in range(3):
        await call_back_events.show(line.clinic)
        await call_back_events.clear(line.clinic)


async def _titles(line: Line) -> list[str]:
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT title FROM local_event WHERE status = 'confirmed'")
        return [title for (title,) in await rows.fetchall()]


async def test_one_person_is_one_card_and_done_closes_what_it_showed(
    staff: Staff, line: Line
) -> None:
    """A reason that came after the page was opened stays open; an overdue call says so."""
    async with line.pool.connection() as conn:
        await conn.execute(
            "UPDATE call_back SET promised_from = '2020-12-01 17:00Z',"
            " promised_until = '2020-12-01 20:00Z' WHERE id = 1"
        )
        again = call_backs.Caller("CA77", "+14255550188", "es")
        await call_backs.request(conn, again, Reason.NO_OPEN_TIME)
    page = await staff.opens()
    assert "425-555-0188 Overdue Asked for a person No open time" in page.text
    assert "promised for Tue Dec 1, morning" in page.text
    async with line.pool.connection() as conn:
        await call_backs.request(conn, again, Reason.SAFETY_STOP, "chest")
        open_ids = [each.id for each in await call_backs.open_requests(conn)]
    await staff.sends("/staff/done", id="1", last=str(open_ids[-2]))
    async with line.pool.connection() as conn:
        left = await call_backs.open_requests(conn)
    assert [each.code for each in left if each.number == again.number] == ["safety_stop"]


async def test_a_form_about_nothing_changes_nothing(staff: Staff, line: Line) -> None:
    """Unknown and invalid requests are ignored, and an open one cannot be reopened."""
    await staff.opens()
    for wrong in ("99", "0", "-1", "x", "", "9" * 30, "\u0661"):
        for path in ("/staff/done", "/staff/undo"):
            assert (await staff.sends(path, id=wrong)).headers["location"] == "/staff"
    assert (await staff.sends("/staff/undo", id="1")).status == 303
    assert len(await requests(line.clinic)) == 3
    assert await views(line) == ["signed in", "page"]


async def test_every_view_and_change_is_recorded(
    staff: Staff, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table and the log have the session and the action, but no phone number."""
    write_logs("json")
    await staff.opens()
    await staff.sends("/staff/done", id="2")
    await staff.opens("/staff?done=2")
    await staff.sends("/staff/undo", id="2")
    await staff.sends("/staff/sign-out")
    assert await views(line) == [
        "signed in", "page", "call-back 2 done", "page", "call-back 2 open again", "signed out",
    ]  # fmt: skip
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT DISTINCT session FROM staff_view")
        ((session,),) = await rows.fetchall()
    assert len(session) == 8
    logged = capsys.readouterr().out
    assert logged.count(f'"session": "{session}"') == 5
    assert '"what": "call-back 2 done"' in logged
    assert "5550188" not in logged
