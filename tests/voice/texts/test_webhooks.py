"""Texts and statuses as Twilio posts them: signed, repeated, and out of order."""

import pytest
from fastapi.routing import APIRoute
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.server import ACCOUNT, TOKEN, Twilio
from support.clinic import own_event, row, span
from support.text_clinic import BASE, PATIENT, TextClinic, settings_at
from support.text_posts import Reply, post_to, words

from calendar_sync.sync.rewrite import rewrite
from voice.app import create_app
from voice.bootstrap import line_on
from voice.simulator.transport import InProcess
from voice.texts.webhooks import text_routes

VISIT = span("2026-12-03 10:00")


async def test_what_is_not_signed_gets_403_and_does_nothing(clinic: TextClinic) -> None:
    """An unsigned request gets 403 and has no effect, on every text route."""
    line = line_on(settings_at(clinic.twilio.url), clinic.clinic.pool, clinic.now)
    routes = text_routes(line.settings, line.texting).routes
    paths = [each.path for each in routes if isinstance(each, APIRoute)]
    assert sorted(paths) == ["/sms/incoming", "/sms/status"]
    visit = await clinic.visit(VISIT)
    forged = post_to(clinic, "another token")
    for path in paths:
        form = [("MessageSid", "SM" + "1" * 32), ("From", PATIENT), ("Body", "STOP")]
        answer = await forged(BASE + path, [*form, ("AccountSid", ACCOUNT)])
        assert (answer.status, answer.body) == (403, b"")
        other = await post_to(clinic)(BASE + path, [*form, ("AccountSid", "AC" + "9" * 32)])
        assert other.status == 403
    await clinic.notify(visit)
    assert len(clinic.twilio.bodies()) == 1


async def test_stop_is_honoured_at_once_and_shown_to_staff(
    clinic: TextClinic, twilio: Twilio, reply: Reply
) -> None:
    """STOP ends texts without a reply and asks staff to call before the visit; START undoes it."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    assert await reply("  Stop. ") == ""
    clinic.now.at = VISIT.start.replace(day=2)
    await clinic.check()
    await clinic.notify(visit)
    assert len(twilio.bodies()) == 1
    assert await clinic.list() == [
        "no texts possible (they asked for no more texts): call with the time and the video link"
    ]
    await rewrite(clinic.clinic, visit)
    event = await own_event(clinic.clinic, visit)
    assert "NO TEXTS (they asked for no more texts)" in event.description
    assert await reply("START") == ""
    await clinic.notify(visit)
    assert await clinic.list() == []
    assert (await row(clinic.clinic, visit)).text_trouble == ""
    assert (await clinic.texts(visit))["hour before"] == "owed"
    assert len(twilio.bodies()) == 1


async def test_a_cancel_makes_staff_ask_what_was_meant(clinic: TextClinic, reply: Reply) -> None:
    """CANCEL ends texts at Twilio, but many patients mean their visit, so staff ask."""
    visit = await clinic.visit(VISIT)
    await clinic.notify(visit)
    assert await reply("CANCEL") == ""
    assert any("CANCEL" in reason for reason in await clinic.list())


async def test_c_confirms_and_staff_see_it(clinic: TextClinic, reply: Reply) -> None:
    """C gets a short answer, and adds a line to the event."""
    visit = await clinic.visit(VISIT)
    assert "see you Thu Dec 3, 10:00 AM PT" in await reply("c")
    await rewrite(clinic.clinic, visit)
    assert "CONFIRMED by text Nov 30" in (await own_event(clinic.clinic, visit)).description


async def test_m_sends_the_link_and_a_repeat_of_the_message_gets_one_too(
    clinic: TextClinic, reply: Reply
) -> None:
    """M gets the link in the patient's language, as does a repeat of the message."""
    await clinic.visit(VISIT, note="es")
    first = await reply("M", sid="SM" + "a" * 32)
    assert "para cambiar o cancelar su cita del jueves 3 dic" in first
    assert f"{BASE}/visit/" in first
    assert "/visit/" in await reply("M", sid="SM" + "a" * 32)
    helped = await reply("hola", sid="SM" + "b" * 32)
    assert helped == await reply("hola", sid="SM" + "b" * 32) != ""
    async with clinic.clinic.pool.connection() as conn:
        rows = await (await conn.execute("SELECT answer FROM text_reply ORDER BY 1")).fetchall()
    assert rows == [("move",), ("other",)]


async def test_anything_else_gets_one_answer_an_hour(clinic: TextClinic, reply: Reply) -> None:
    """The limit keeps two auto-responders from texting each other endlessly."""
    await clinic.visit(VISIT, note="es")
    assert "nadie lee estos mensajes" in await reply("hola")
    assert await reply("hola?") == ""
    clinic.now.forward(minutes=61)
    assert "425-202-5687" in await reply("hola??")
    assert [await reply("C") != "" for _ in range(6)] == [True] * 4 + [False] * 2


async def test_a_stranger_gets_the_number_once_an_hour(clinic: TextClinic, reply: Reply) -> None:
    """An unknown sender gets the number; foreign numbers, short codes and we get nothing."""
    await clinic.visit(VISIT)
    stranger = "+14255550188"
    assert await reply("M", stranger) == (
        "BodyFix: nobody reads these texts. Please call 425-202-5687."
    )
    assert await reply("C", stranger) == ""
    for sender in ("+18765550123", "72345", "", "+14252025687", "anonymous", "+266696687"):
        assert await reply("hello", sender) == ""


@pytest.mark.parametrize("sender", [PATIENT, "+14255550188"])
@pytest.mark.parametrize(
    ("body", "words"), [("I have chest pain!!", "call 911 now"), ("I want to die", "988 now")]
)
async def test_a_danger_sign_gets_two_answers_a_day(
    clinic: TextClinic, reply: Reply, sender: str, body: str, words: str
) -> None:
    """Every sender gets the answer, but no auto-responder more; staff call a patient."""
    await clinic.visit(VISIT)
    said = [await reply(f"{body} {number}", sender) for number in range(8)]
    assert [words in each for each in said] == [True, True, *[False] * 6]
    assert said[2:] == [""] * 6
    assert len(await clinic.list()) == (1 if sender == PATIENT else 0)
    clinic.now.forward(hours=25)
    assert words in await reply(body, sender)


async def test_yes_confirms_unless_it_restarts_texts(clinic: TextClinic, reply: Reply) -> None:
    """At Twilio YES undoes a STOP; otherwise it answers the reminder."""
    visit = await clinic.visit(VISIT)
    await reply("STOP")
    assert await reply("Yes") == ""
    assert (await row(clinic.clinic, visit)).confirmed_by_text is None
    assert "see you Thu Dec 3" in await reply("Yes")
    assert (await row(clinic.clinic, visit)).confirmed_by_text is not None


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("I can not read this. In an emergency call 911.", "call 911 now"),
        ("Thank you, I am away until Monday.", "nobody reads these texts"),
        ("OK, thank you", "see you"),
    ],
)
async def test_a_text_that_repeats_gets_no_answer_that_day(
    clinic: TextClinic, reply: Reply, form: str, words: str
) -> None:
    """An auto-responder's text is answered once; a patient who writes M again gets it again."""
    await clinic.visit(VISIT)
    assert words in await reply(form)
    clinic.now.forward(hours=2)
    assert await reply(form) == ""
    assert await reply(f" {form}\n") == ""
    assert [await reply("M") != "" for _ in range(2)] == [True, True]
    clinic.now.forward(hours=23)
    assert words in await reply(form)


async def test_a_reaction_is_noted_in_the_event_and_not_answered(
    clinic: TextClinic, reply: Reply
) -> None:
    """It confirms nothing and requests no call-back."""
    visit = await clinic.visit(VISIT)
    helped = await reply("hello")
    assert await reply(f"Liked \u201c{helped}\u201d") == ""
    assert await clinic.list() == []
    assert (await row(clinic.clinic, visit)).confirmed_by_text is None
    await rewrite(clinic.clinic, visit)
    event = await own_event(clinic.clinic, visit)
    assert "REACTED to a text Nov 30" in event.description.replace("Mon ", "")


async def test_a_start_that_is_posted_again_does_not_undo_a_later_stop(
    clinic: TextClinic, twilio: Twilio, reply: Reply
) -> None:
    """A replayed START from days ago does not undo a later STOP."""
    visit = await clinic.visit(VISIT)
    await reply("START", sid="SM" + "c" * 32)
    await clinic.texting.check()
    await reply("STOP")
    clinic.now.forward(hours=24 * 3)
    await clinic.texting.check()
    await reply("START", sid="SM" + "c" * 32)
    await clinic.notify(visit)
    assert twilio.bodies() == []


async def test_a_danger_sign_is_answered_without_a_database(twilio: Twilio) -> None:
    """A text with a danger sign is answered without the database."""
    away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    post = InProcess(create_app(line_on(settings_at(twilio.url), away)), BASE, TOKEN)
    form = [("MessageSid", "SM" + "1" * 32), ("AccountSid", ACCOUNT), ("From", PATIENT)]
    said = words(await post(f"{BASE}/sms/incoming", [*form, ("Body", "no puedo respirar")]))
    assert "911 now" in said
    assert "911 ahora" in said
    said = words(await post(f"{BASE}/sms/incoming", [*form, ("Body", "me quiero matar")]))
    assert "Call or text 988 now" in said
    assert "Llame al 988" in said
    assert words(await post(f"{BASE}/sms/incoming", [*form, ("Body", "C")])) == ""
    status = f"{BASE}/sms/status?text=1"
    assert (await post(status, [*form, ("MessageStatus", "sent")])).status == 503
