"""Replies and statuses as Twilio posts them: signed, repeated, out of order."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from clinic import own_event, row, span
from fastapi.routing import APIRoute
from psycopg_pool import AsyncConnectionPool
from text_clinic import BASE, PATIENT, TextClinic, settings_at
from twilio_stand_in.server import ACCOUNT, TOKEN, Twilio

from calendar_sync.rewriting import rewrite
from voice.app import create_app
from voice.line import line_on
from voice.phone.post import Answer, InProcess
from voice.texts.routes import sms_router_for

VISIT = span("2026-12-03 10:00")
Reply = Callable[..., Awaitable[str]]
Status = Callable[..., Awaitable[Answer]]


def post_to(clinic: TextClinic, token: str = TOKEN) -> InProcess:
    """A way into the line of this clinic."""
    line = line_on(settings_at(clinic.twilio.url), clinic.desk.pool, clinic.now)
    return InProcess(create_app(line), BASE, token)


def words(answer: Answer) -> str:
    """What is texted back."""
    assert answer.status == 200
    assert answer.content_type.startswith("text/xml")
    root = ET.fromstring(answer.body)  # noqa: S314  # our own
    return " ".join("".join(each.itertext()) for each in root.iter("Message"))


@pytest.fixture
def reply(clinic: TextClinic) -> Reply:
    """How a patient texts: give the words, get what comes back."""
    post, numbers = post_to(clinic), iter(range(1, 1000))

    async def send(body: str, sender: str = PATIENT, sid: str = "") -> str:
        form = {
            "MessageSid": sid or f"SM{next(numbers):032x}", "AccountSid": ACCOUNT, "From": sender,
            "To": "+14252025687", "Body": body, "NumMedia": "0", "NumSegments": "1",
            "FromCity": "",
        }  # fmt: skip
        return words(await post(f"{BASE}/sms/incoming", list(form.items())))

    return send


@pytest.fixture
def status(clinic: TextClinic) -> Status:
    """Twilio tells what became of the newest text, or of another one."""
    post = post_to(clinic)

    async def tell(state: str, code: int | None = None, **other: Any) -> Answer:  # noqa: ANN401
        message = other.get("message", clinic.twilio.last())
        form = {"MessageSid": message.sid, "AccountSid": ACCOUNT, "MessageStatus": state}
        if code is not None:
            form["ErrorCode"] = str(code)
        return await post(message.callback, [*form.items(), ("To", message.to)])

    return tell


async def test_what_is_not_signed_gets_403_and_does_nothing(clinic: TextClinic) -> None:
    """On every route for texts."""
    line = line_on(settings_at(clinic.twilio.url), clinic.desk.pool, clinic.now)
    paths = [each.path for each in sms_router_for(line).routes if isinstance(each, APIRoute)]
    assert sorted(paths) == ["/sms/incoming", "/sms/status"]
    visit = await clinic.visit(VISIT)
    forged = post_to(clinic, "another token")
    for path in paths:
        form = [("MessageSid", "SM" + "1" * 32), ("From", PATIENT), ("Body", "STOP")]
        answer = await forged(BASE + path, [*form, ("AccountSid", ACCOUNT)])
        assert (answer.status, answer.body) == (403, b"")
        other = await post_to(clinic)(BASE + path, [*form, ("AccountSid", "AC" + "9" * 32)])
        assert other.status == 403
    await clinic.texting.tell(visit)
    assert len(clinic.twilio.bodies()) == 1


async def test_stop_is_honoured_at_once_and_shown_to_staff(
    clinic: TextClinic, twilio: Twilio, reply: Reply
) -> None:
    """No answer, no further text, a call-back while the visit is ahead; START takes it back."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    assert await reply("  Stop. ") == ""
    clinic.now.at = VISIT.start.replace(day=2)
    await clinic.texting.send_due()
    await clinic.texting.tell(visit)
    assert len(twilio.bodies()) == 1
    assert await clinic.list() == [
        "no texts possible (they asked for no more texts): call with the time and the video link"
    ]
    await rewrite(clinic.desk, visit)
    event = await own_event(clinic.desk, visit)
    assert "NO TEXTS (they asked for no more texts)" in event.description
    assert await reply("START") == ""
    await clinic.texting.tell(visit)
    assert await clinic.list() == []
    assert (await row(clinic.desk, visit)).text_trouble == ""
    assert (await clinic.texts(visit))["hour before"] == "owed"
    assert len(twilio.bodies()) == 1


async def test_a_cancel_makes_staff_ask_what_was_meant(clinic: TextClinic, reply: Reply) -> None:
    """At Twilio it ends texts; many mean their visit."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    assert await reply("CANCEL") == ""
    assert any("CANCEL" in reason for reason in await clinic.list())


async def test_c_confirms_and_staff_see_it(clinic: TextClinic, reply: Reply) -> None:
    """A short answer, and a line in the event."""
    visit = await clinic.visit(VISIT)
    assert "see you Thu Dec 3, 10:00 AM PT" in await reply("c")
    await rewrite(clinic.desk, visit)
    assert "CONFIRMED by text Nov 30" in (await own_event(clinic.desk, visit)).description


async def test_m_sends_the_link_and_a_repeat_of_the_message_gets_one_too(
    clinic: TextClinic, reply: Reply
) -> None:
    """In the patient's language."""
    await clinic.visit(VISIT, note="es")
    first = await reply("M", sid="SM" + "a" * 32)
    assert "para cambiar o cancelar su cita del jue 3 dic" in first
    assert f"{BASE}/visit/" in first
    assert "/visit/" in await reply("M", sid="SM" + "a" * 32)


async def test_anything_else_gets_one_answer_an_hour(clinic: TextClinic, reply: Reply) -> None:
    """Two robots cannot talk to each other through us."""
    await clinic.visit(VISIT, note="es")
    assert "nadie lee estos mensajes" in await reply("hola")
    assert await reply("hola?") == ""
    clinic.now.forward(minutes=61)
    assert "425-202-5687" in await reply("hola??")
    assert [await reply("C") != "" for _ in range(6)] == [True] * 4 + [False] * 2


async def test_a_stranger_gets_the_number_once_an_hour(clinic: TextClinic, reply: Reply) -> None:
    """Nothing else, whatever they write; other countries, short codes and ourselves: nothing."""
    await clinic.visit(VISIT)
    stranger = "+14255550188"
    assert await reply("M", stranger) == (
        "BodyFix: nobody reads these texts. Please call 425-202-5687."
    )
    assert await reply("C", stranger) == ""
    for sender in ("+18765550123", "72345", "", "+14252025687", "anonymous", "+266696687"):
        assert await reply("hello", sender) == ""


@pytest.mark.parametrize("sender", [PATIENT, "+14255550188"])
async def test_a_danger_sign_always_gets_the_911_sentence(
    clinic: TextClinic, reply: Reply, sender: str
) -> None:
    """Every time, to everybody; for a patient staff are asked to call."""
    await clinic.visit(VISIT)
    for _ in range(8):
        assert "call 911 now" in await reply("I have chest pain!!", sender)
    assert len(await clinic.list()) == (1 if sender == PATIENT else 0)


async def test_a_danger_sign_is_answered_without_a_database(twilio: Twilio) -> None:
    """It needs nothing but itself."""
    away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    post = InProcess(create_app(line_on(settings_at(twilio.url), away)), BASE, TOKEN)
    form = [("MessageSid", "SM" + "1" * 32), ("AccountSid", ACCOUNT), ("From", PATIENT)]
    said = words(await post(f"{BASE}/sms/incoming", [*form, ("Body", "no puedo respirar")]))
    assert "911 now" in said
    assert "911 ahora" in said
    assert words(await post(f"{BASE}/sms/incoming", [*form, ("Body", "C")])) == ""
    status = f"{BASE}/sms/status?text=1"
    assert (await post(status, [*form, ("MessageStatus", "sent")])).status == 503


async def test_statuses_in_any_order_end_in_one_state(clinic: TextClinic, status: Status) -> None:
    """Queued, sent and delivered, shuffled and doubled: delivered."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    states = ["queued", "sending", "sent", "delivered", "something new"] * 2
    random.Random(5).shuffle(states)  # noqa: S311  # the same every time
    for state in states:
        assert (await status(state)).status == 204
    assert (await clinic.texts(visit))["booked"] == "delivered"
    await status("failed", 30003)
    assert (await clinic.texts(visit))["booked"] == "delivered"
    assert await clinic.list() == []


@pytest.mark.parametrize(
    ("code", "why", "barred"),
    [
        (30006, "landline", True),
        (30004, "blocks our texts", True),
        (30005, "does not exist", True),
        (30007, "took it for spam", False),
        (30008, "does not say why", False),
        (None, "does not say why", False),
        (39999, "error 39999", False),
    ],
)
async def test_a_text_that_does_not_arrive_is_a_call_back_at_once(
    clinic: TextClinic,
    status: Status,
    code: int | None,
    why: str,
    barred: bool,  # noqa: FBT001  # a case
) -> None:
    """In plain words; a number that cannot get texts gets none any more, and its event says so."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    for _ in range(2):
        await status("undelivered", code)
        await status("sent")
    [reason] = await clinic.list()
    assert why in reason
    assert (await clinic.texts(visit))["booked"] == "failed"
    await clinic.texting.tell(visit)
    assert (why in (await row(clinic.desk, visit)).text_trouble) is barred
    assert len(clinic.twilio.bodies()) == 1


async def test_a_phone_that_is_off_is_tried_once_more(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """Half an hour later; when that arrives staff need not call."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    first = twilio.last()
    await status("undelivered", 30003)
    assert len(await clinic.list()) == 1
    clinic.now.forward(minutes=31)
    await clinic.texting.send_due()
    assert len(twilio.bodies()) == 2
    await status("undelivered", 30003, message=first)
    await status("delivered")
    assert await clinic.list() == []
    assert (await clinic.texts(visit))["booked"] == "delivered"


async def test_an_unregistered_number_is_an_alarm(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """Told at delivery only; staff read what to do, and a text that is delivered ends it."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    await status("undelivered", 30034)
    assert any("register the number for A2P 10DLC" in reason for reason in await clinic.list())
    clinic.now.forward(hours=2)
    await clinic.texting.send_due()
    assert len(twilio.bodies()) == 2
    assert len(await clinic.list()) == 2
    await status("delivered")
    assert await clinic.list() == []


async def test_a_status_tells_the_name_that_was_lost(
    clinic: TextClinic, twilio: Twilio, status: Status
) -> None:
    """Killed between sending and storing: the status says which message it is."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    async with clinic.desk.pool.connection() as conn:
        await conn.execute("UPDATE text SET sid = NULL, state = 'sending' WHERE kind = 'booked'")
    await asyncio.gather(*(status(state) for state in ("sent", "delivered", "sent")))
    [text] = [each for each in await clinic.rows(visit) if each.kind == "booked"]
    assert (text.sid, text.state) == (twilio.last().sid, "delivered")


@pytest.mark.parametrize("text", ["", "0", "x", "99999999999999999999", "1;2"])
async def test_a_status_of_no_text_of_ours_changes_nothing(
    clinic: TextClinic, status: Status, text: str
) -> None:
    """It is Twilio's, so it gets its 204."""
    visit = await clinic.visit(VISIT)
    await clinic.texting.tell(visit)
    message = clinic.twilio.last()
    message.callback = f"{BASE}/sms/status?text={text}"
    assert (await status("failed", 30006, message=message)).status == 204
    assert (await clinic.texts(visit))["booked"] == "accepted"
