"""`screening-line forget` deletes one person everywhere, and says what it did without a name."""

import re

import pytest
from stand_ins.twilio.calls import Call
from stand_ins.twilio.resources import CLINIC
from support.caller import Caller
from support.clinic import span
from support.google_and_twilio import WholeLine
from support.waiting import was_offered
from support.whole_patient import CALLS_FROM, EMAIL, NAME, TEXTED_AT, dump, replies

from calendar_sync.sync.staff_jobs import follow_all
from voice.deletion import twilio_records
from voice.deletion.retention import RULES
from voice.texts import opt_outs

ANY_FORM = ("4255550123", "425-555-0123", "(425) 555-0123", "425 555 0123", "··0123")
OTHER_FORM = tuple(each.replace("0123", "0178") for each in ANY_FORM)
NOT_LEFT_BY_PATIENTS = {
    "command_view",
    "demo_text",
    "local_event",
    "staff_link",
    "staff_session",
    "staff_view",
}
EARLIER = {
    edge: {"dateTime": f"2026-12-04T1{hour}:00:00-08:00", "timeZone": "America/Los_Angeles"}
    for edge, hour in (("start", 0), ("end", 1))
}
PERSONAL = (*ANY_FORM, *OTHER_FORM, NAME, EMAIL)


async def where(whole: WholeLine, *words: str) -> set[str]:
    """The tables that hold any of these words."""
    async with whole.line.pool.connection() as conn:
        found = await dump(conn)
    return {
        table for table, rows in found.items() for each in rows if any(w in each for w in words)
    }


async def rows(whole: WholeLine) -> dict[str, int]:
    """How many rows each table has that is about a person."""
    async with whole.line.pool.connection() as conn:
        found = await dump(conn)
    return {table: len(each) for table, each in found.items() if each}


async def tries_a_code_and_asks_for_a_person(caller: Caller) -> None:
    """Key a visit code that is none, then press 0 and reach nobody."""
    await caller.hears_everything()
    await caller.presses("2").presses("000000").hears("I do not find a visit")
    await asks_for_a_person(caller)


async def asks_for_a_person(caller: Caller) -> None:
    """Press 0 and reach nobody."""
    await caller.presses("0").hears_everything()
    while caller.over is None:
        await caller.presses("1").hears_everything()


@pytest.mark.usefixtures("periodic_jobs")
async def test_nothing_about_a_forgotten_person_is_anywhere(whole: WholeLine) -> None:
    """No table, no event, no message and no call at Twilio names them; the receipt neither.

    A new table is in RULES, and must then be filled here.
    """
    visit = await whole.patient()
    sid = await whole.call(CALLS_FROM, tries_a_code_and_asks_for_a_person)
    whole.twilio.calls.recordings = {f"RE{each:032x}": sid for each in (1, 2)}
    await replies(whole.line, "C", TEXTED_AT, whole.twilio.messages.receive(TEXTED_AT, "C").sid)
    whole.twilio.messages.receive(CALLS_FROM, "who is this?")
    whole.google.screenings.edit(visit.event_id or "", **EARLIER)
    async with whole.line.pool.connection() as conn:
        await opt_outs.suppress(conn, CALLS_FROM, "a landline")
    await whole.settled()
    await follow_all(whole.line.clinic)
    await was_offered(whole.line.clinic, visit.id, span("2026-12-01 16:00"))
    await whole.settled()
    for message in whole.twilio.messages.sent:
        message.status = message.status.replace("queued", "delivered")
    assert set(RULES) - set(await rows(whole)) == NOT_LEFT_BY_PATIENTS
    assert len(whole.google.invitations.events) == 1
    assert visit.chart
    messages = len(whole.twilio.messages.sent)

    code, said = await whole.command("forget", "(425) 555-0123", "--yes")

    assert code == 0, said
    assert await where(whole, *PERSONAL) == {"consent"}
    assert set(await rows(whole)) & set(RULES) - NOT_LEFT_BY_PATIENTS == {
        "consent", "procrastinate_jobs", "procrastinate_events",
    }  # fmt: skip
    assert whole.events() == []
    assert whole.twilio.messages.sent == []
    assert whole.twilio.calls == {}
    assert whole.twilio.calls.recordings == {}
    assert not any(words in said for words in (*PERSONAL, "0123", "0178", sid, visit.call_sid))
    for line in (
        "calls 2", "visits and held times 2", "recordings at Twilio 2", "calls at Twilio 2",
        "events in the calendar 2", "invitations 1", f"messages at Twilio {messages}",
        "Kept for 5 years (CONSENT_YEARS): consents to texts (1)",
        "Visits still to come among them: 1. The line told nobody.",
    ):  # fmt: skip
        assert line in " ".join(said.split()), line


async def test_nobody_else_is_touched(whole: WholeLine) -> None:
    """Another patient's rows, event, messages and call stay as they are."""
    await whole.patient("+14255550166")
    before, events = await rows(whole), whole.events()
    messages, calls = len(whole.twilio.messages.sent), set(whole.twilio.calls)
    await whole.call(CALLS_FROM, asks_for_a_person)
    await whole.settled()
    assert (await whole.command("forget", CALLS_FROM, "--yes"))[0] == 0
    after = await rows(whole)
    about_people = {table for table in before if not table.startswith(("procrastinate", "busy"))}
    assert {t: after.get(t) for t in about_people} == {t: before[t] for t in about_people}
    assert whole.events() == events
    assert (len(whole.twilio.messages.sent), set(whole.twilio.calls)) == (messages, calls)


async def test_a_stop_still_works_after_the_person_is_forgotten(whole: WholeLine) -> None:
    """The number is kept for that alone, and the receipt says so."""
    await whole.patient()
    await replies(whole.line, "STOP", TEXTED_AT, "SM" + "9" * 32)
    async with whole.line.pool.connection() as conn:
        await opt_outs.suppress(conn, CALLS_FROM, "a landline")
    code, said = await whole.command("forget", CALLS_FROM, "--yes")
    assert code == 0
    assert "that a number replied STOP, so that it is never texted again" in " ".join(said.split())
    assert await where(whole, *OTHER_FORM) == {"consent", "text_bar"}
    assert await where(whole, *ANY_FORM) == set()
    async with whole.line.pool.connection() as conn:
        assert await opt_outs.is_opted_out(conn, TEXTED_AT)


async def test_the_number_of_the_texts_forgets_the_visit_too(whole: WholeLine) -> None:
    """Whoever is known by the number that is texted is forgotten with the number that called."""
    await whole.patient()
    assert (await whole.command("forget", TEXTED_AT, "--yes"))[0] == 0
    assert await where(whole, *PERSONAL) == {"consent"}
    assert whole.events() == []


async def test_a_number_that_was_only_keyed_is_forgotten(whole: WholeLine) -> None:
    """The other caller's call stays, without the keys."""

    async def keys_it(caller: Caller) -> None:
        await caller.presses("0").hears_everything()

    sid = await whole.call("+14255550166", keys_it)
    async with whole.line.pool.connection() as conn:
        await conn.execute(
            "INSERT INTO journal (call_sid, name, value) VALUES (%s, 'number~1', '4255550123')",
            [sid],
        )
    assert (await whole.command("forget", CALLS_FROM, "--yes"))[0] == 0
    assert await where(whole, *ANY_FORM) == set()
    assert "call" in await where(whole, "+14255550166")


async def test_without_yes_nothing_is_deleted(whole: WholeLine) -> None:
    """The dry run says what would go and what would stay, and asks Google and Twilio nothing."""
    await whole.patient()
    before, events = await rows(whole), whole.events()
    asked = len(whole.twilio.seen), len(whole.google.asked("events.delete"))
    code, said = await whole.command("forget", CALLS_FROM)
    plain = " ".join(said.split())
    assert code == 0
    assert "Would delete from the line's database (nothing was deleted):" in said
    assert "visits and held times 1" in plain
    assert "Visits still to come among them: 1. They would be cancelled" in plain
    assert plain.endswith("To delete it, run the same command with --yes.")
    assert not any(words in said for words in (*PERSONAL, "0123", "0178"))
    assert {**await rows(whole), "command_view": 0} == {**before, "command_view": 0}
    assert whole.events() == events
    assert asked == (len(whole.twilio.seen), len(whole.google.asked("events.delete")))


async def test_who_forgets_is_recorded(whole: WholeLine) -> None:
    """Both runs are in the read log, without the number."""
    await whole.command("forget", CALLS_FROM)
    await whole.command("forget", CALLS_FROM, "--yes")
    _, said = await whole.command("read-log")
    assert re.findall(r" 1  (forget(?: --yes)?) ", said) == ["forget", "forget --yes"]


@pytest.mark.parametrize("number", ["", "nobody", "911", "+1", "555-0123", CLINIC, "425-202-5687"])
async def test_only_a_patients_number_can_be_forgotten(whole: WholeLine, number: str) -> None:
    """Twilio would delete everybody's messages with the clinic's own number."""
    whole.twilio.calls["CA" + "3" * 32] = Call("completed", caller=CALLS_FROM, to=CLINIC)
    code, said = await whole.command("forget", "--yes", "--", number)
    assert code == 1, said
    assert ("That is not a phone number" in said) or ("the clinic's own numbers" in said)
    assert len(whole.twilio.calls) == 1


async def test_a_number_that_nobody_knows_is_no_error(whole: WholeLine) -> None:
    """Twilio is asked all the same, and a second run finds nothing."""
    await whole.patient()
    assert (await whole.command("forget", CALLS_FROM, "--yes"))[0] == 0
    code, said = await whole.command("forget", CALLS_FROM, "--yes")
    assert code == 0
    assert "nothing" in said


async def test_every_page_of_a_list_at_twilio_is_read(
    whole: WholeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number with more messages and calls than a page holds has none left."""
    monkeypatch.setattr(twilio_records, "_PAGE", 2)
    for number in range(5):
        whole.twilio.messages.receive(CALLS_FROM, "hello")
        whole.twilio.calls[f"CA{number:032x}"] = Call("no-answer", caller=CLINIC, to=CALLS_FROM)
    code, said = await whole.command("forget", CALLS_FROM, "--yes")
    assert code == 0, said
    assert whole.twilio.messages.sent == []
    assert whole.twilio.calls == {}
