"""Whatever keeps a person from being forgotten, the rows stay until the rest is gone."""

import psycopg
import pytest
from stand_ins.google.faults import Fault
from stand_ins.google.server import RIVERA
from stand_ins.twilio.faults import Fault as TwilioFault
from stand_ins.twilio.faults import Kind
from support.caller import Caller
from support.clinic import confirmed, span
from support.data_key import CIPHER
from support.google_and_twilio import FORGET, WholeLine
from support.two_therapists import COLLEAGUE, TEAM
from support.whole_patient import CALLS_FROM, TEXTED_AT, dump

from calendar_sync.bookings.booking import Booking
from calendar_sync.clinician import lane_of
from calendar_sync.sync.removal import CHANGED, MAY_COME, NOT_SHOWN
from voice.deletion import forget as forgetting
from voice.deletion.forget import NEW_ROWS, ON_THE_LINE, RUNNING, forget
from voice.deletion.twilio_records import NOT_COMPLETE
from voice.former_calendars import remember_calendars


async def not_finished(whole: WholeLine, why: str) -> None:
    """The command says why it cannot finish and what to do; the rows are there."""
    code, said = await whole.command(*FORGET)
    plain = " ".join(said.split())
    assert code == 1
    assert why in plain
    assert "Run the same command again; it continues." in plain
    assert "0123" not in said
    assert "Traceback" not in said
    assert await whole.bookings()


async def is_with(whole: WholeLine, visit: Booking, clinician_id: str) -> None:
    """The visit is one with this therapist."""
    async with whole.line.pool.connection() as conn:
        await conn.execute(
            "UPDATE booking SET clinician_id = %s, clinician = %s WHERE id = %s",
            [clinician_id, lane_of(clinician_id), visit.id],
        )


async def test_an_event_that_staff_change_meanwhile_is_not_lost_from_sight(
    whole: WholeLine,
) -> None:
    """What staff did stays until the next run, which finds the event by its row."""
    visit = await whole.patient()

    def by_staff() -> None:
        whole.google.screenings.edit(visit.event_id or "", description="called, comes earlier")

    whole.google.meanwhile["events.delete"] = by_staff
    await not_finished(whole, CHANGED)
    assert "called, comes earlier" in str(whole.events())
    await whole.finishes()


async def test_the_calendar_of_a_therapist_who_left_is_still_reached(whole: WholeLine) -> None:
    """It was stored while CLINICIANS named them; without that, the remedy is told."""
    visit = await whole.patient()
    await is_with(whole, visit, COLLEAGUE)
    event = whole.google.screenings.events.pop(visit.event_id or "")
    whole.google.screenings.changed.pop(visit.event_id or "")
    theirs = whole.google.world.calendars[RIVERA]
    theirs.put(event)
    await not_finished(whole, f'CLINICIANS does not name "{COLLEAGUE}" any more')
    named = whole.line.settings.model_copy(update={"clinicians": str(TEAM)})
    await remember_calendars(whole.line.pool, named)
    code, said = await whole.command(*FORGET)
    assert code == 0, said
    assert theirs.event(visit.event_id or "")["status"] == "cancelled"


async def test_a_calendar_that_google_shows_no_more_does_not_keep_the_rows(
    whole: WholeLine,
) -> None:
    """A therapist's calendar that went when they left is named in the receipt; the rest goes."""
    visit = await whole.patient()
    await is_with(whole, visit, COLLEAGUE)
    named = whole.line.settings.model_copy(update={"clinicians": str(TEAM)})
    await remember_calendars(whole.line.pool, named)
    whole.google.faults.append(Fault("events.list", times=9))
    await not_finished(whole, "a calendar did not answer")
    whole.google.faults.clear()
    del whole.google.world.calendars[RIVERA]
    code, said = await whole.command(*FORGET)
    assert code == 0, said
    assert NOT_SHOWN in " ".join(said.split())
    assert await whole.bookings() == []


@pytest.mark.parametrize("on", ["events.get", "events.delete"])
@pytest.mark.parametrize("after", [False, True], ids=["not done", "done, answer lost"])
async def test_a_google_that_does_not_answer_is_asked_again(
    whole: WholeLine, on: str, *, after: bool
) -> None:
    """Whether the event is gone is unknown then, so its row stays."""
    await whole.patient()
    whole.google.faults.append(Fault(on, after=after))
    await not_finished(whole, "a calendar did not answer")
    whole.google.faults.clear()
    await whole.finishes()


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        ("messages.list", "not json"),
        ("messages.delete", "status"),
        ("messages.delete", "not json"),
        ("calls.list", "status"),
        ("recordings.list", "reset"),
        ("calls.delete", "reset"),
    ],
)
async def test_a_twilio_that_does_not_answer_is_asked_again(
    whole: WholeLine, on: str, kind: Kind
) -> None:
    """Its first failure ends the requests of the run; the rows name what is left."""
    await whole.patient()
    whole.twilio.faults.append(TwilioFault(on, kind=kind, times=9))
    await not_finished(whole, "Twilio did not answer as it should")
    assert len([each for each in whole.twilio.seen if each.said.startswith("injected")]) == 1
    whole.twilio.faults.clear()
    await whole.finishes()


async def test_a_twilio_that_is_asked_too_often_says_so(whole: WholeLine) -> None:
    """The client gives up, and the command is run again."""
    await whole.patient()
    whole.twilio.faults.append(TwilioFault("messages.delete", kind="code", code=20429, times=9))
    await not_finished(whole, "Twilio was asked too often")
    whole.twilio.faults.clear()
    await whole.finishes()


async def test_a_message_in_flight_and_a_call_that_goes_on_are_left(whole: WholeLine) -> None:
    """Twilio refuses to delete them; what is done is deleted, and the rest later."""
    visit = await whole.patient()
    whole.twilio.last().status = "sending"
    whole.twilio.calls[visit.call_sid].status = "in-progress"
    await not_finished(whole, NOT_COMPLETE)
    assert len(whole.twilio.messages.sent) == len(whole.twilio.calls) == 1
    whole.twilio.last().status = "sent"
    whole.twilio.calls[visit.call_sid].status = "completed"
    await whole.finishes()


async def test_a_call_under_way_is_not_cut(whole: WholeLine) -> None:
    """It is refused before anything is deleted, and can be repeated after the call."""

    async def on_the_phone(caller: Caller) -> None:
        await caller.presses("1").hears("No to all")
        code, said = await whole.command(*FORGET)
        assert (code, ON_THE_LINE in " ".join(said.split())) == (1, True)
        assert ON_THE_LINE in " ".join((await whole.command("forget", CALLS_FROM))[1].split())

    await whole.call(CALLS_FROM, on_the_phone)
    code, said = await whole.command(*FORGET)
    assert code == 0, said


async def test_a_call_that_comes_meanwhile_is_noticed(whole: WholeLine) -> None:
    """The rows are read again before they are deleted."""
    await whole.patient()

    def calls_again() -> None:
        with psycopg.connect(whole.dsn) as conn:
            conn.execute(
                "INSERT INTO call (sid, caller) VALUES ('CA2', %s)", [CIPHER.seal(CALLS_FROM)]
            )

    whole.google.meanwhile["events.delete"] = calls_again
    await not_finished(whole, NEW_ROWS)
    async with whole.line.pool.connection() as conn:
        await conn.execute("UPDATE call SET ended_at = now()")
    await whole.finishes()


async def test_a_booking_that_may_still_reach_the_calendar_is_waited_for(
    whole: WholeLine,
) -> None:
    """An insert whose answer was lost takes up to two minutes to settle."""
    whole.google.faults.append(Fault("events.insert", times=999))
    await confirmed(whole.line.clinic, span("2026-12-01 09:00"))
    assert await whole.bookings() == ["held"]
    await not_finished(whole, MAY_COME)
    assert await whole.bookings() == ["released"]
    async with whole.line.pool.connection() as conn:
        await conn.execute("UPDATE booking SET expires_at = expires_at - interval '2 minutes'")
    await whole.finishes()


async def test_a_running_job_is_waited_for(
    whole: WholeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be writing the event that is to go; one of a dead worker writes nothing."""
    visit = await whole.patient()
    events = whole.events()
    monkeypatch.setattr(forgetting, "_CHECKS", 1)
    async with whole.line.pool.connection() as conn:
        await conn.execute(
            "WITH busy AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)"
            " INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, worker_id)"
            " SELECT 'other', 'calendar:rewrite_event', 'doing', jsonb_build_object('booking_id',"
            " %s::bigint), id FROM busy", [visit.id],
        )  # fmt: skip
        await not_finished(whole, RUNNING)
        assert whole.events() == events, "Nothing is cancelled under the hands of a job."
        await conn.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '11 seconds'"
            " WHERE id = (SELECT worker_id FROM procrastinate_jobs WHERE queue_name = 'other')"
        )
    await whole.finishes()


async def test_a_locked_row_is_waited_for(whole: WholeLine) -> None:
    """Whoever works on the visit now is let finish, and nothing is half cancelled."""
    await whole.patient()
    with psycopg.connect(whole.dsn) as conn:
        conn.execute("SELECT FROM booking FOR UPDATE")
        outcome = await forget(whole.line.clinic, whole.line.settings, CALLS_FROM)
        assert outcome.problems == [RUNNING]
        assert await whole.bookings() == ["booked"]
    await whole.finishes()


async def test_nothing_is_sent_to_whoever_is_half_forgotten(whole: WholeLine) -> None:
    """Queued texts are dropped first, and no cancellation is texted or listed for staff."""
    await whole.patient()
    before = [each.sid for each in whole.twilio.messages.sent]
    whole.google.faults.append(Fault("events.delete", times=2))
    await not_finished(whole, "a calendar did not answer")
    await whole.settled()
    async with whole.line.pool.connection() as conn:
        found = await dump(conn)
        waiting = await conn.execute("SELECT FROM text WHERE state IN ('owed', 'sending')")
        assert await waiting.fetchall() == []
    assert {each.sid for each in whole.twilio.messages.sent} <= set(before)
    assert found["telling"] == found["call_back"] == []
    assert TEXTED_AT in str(found["booking"])
