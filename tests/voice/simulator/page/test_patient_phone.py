"""The patient's phone on the page: its texts, why none come, and what is next."""

from support.clinic import at, confirmed, span

from calendar_sync.bookings.consent import TextConsent, store_consent
from calendar_sync.sync.insert import insert
from voice.simulator.page.patient_phone import LANDLINE
from voice.simulator.page.phone_screen import Screen, screen_of
from voice.simulator.page.session import Session
from voice.simulator.transport import Answer

PATIENT = "+14255550123"
TUESDAY = span("2026-12-01 14:00")


async def visit(session: Session, number: str = PATIENT, *, agrees: bool | None = True) -> None:
    """A visit on Tuesday; its patient agreed to texts at this number, refused, or said nothing."""
    clinic = session.line.clinic
    booking = await confirmed(clinic, TUESDAY)
    await insert(clinic, booking)
    if agrees is not None:
        async with clinic.pool.connection() as conn:
            await store_consent(conn, "CA1", booking, TextConsent(number, "1", given=agrees))
    await session.line.texting.notify(booking)
    await session.line.texting.clock_was_set()


async def screen(session: Session, number: str = PATIENT, *, over: bool = True) -> Screen:
    """The phone's state on the page."""
    return await screen_of(session.line, session.patient_phone, number, "CA1", call_is_over=over)


def words(shown: Screen) -> list[str]:
    """Sender and text of each message, oldest first."""
    return [f"{each.by}: {each.words}" for each in shown.bubbles]


async def test_a_text_is_shown_with_its_link(session: Session) -> None:
    """The link leads to the patient's page on this line."""
    await visit(session)
    shown = await screen(session)
    (text,) = shown.bubbles
    assert text.words.startswith("BodyFix: booked Tue Dec 1, 2:00 PM PT.")
    assert text.link in text.words
    assert text.link.endswith(text.path)
    assert text.path.startswith("/visit/")
    assert (text.day, text.time) == ("Monday, November 30", "7:50 AM")
    assert (shown.shown, shown.why_none, shown.can_write) == ("425-555-0123", [], True)


async def test_a_reply_is_answered_below_it(session: Session) -> None:
    """The line gets the reply as from Twilio, and its answer is shown below."""
    await visit(session)
    await screen(session)
    await session.patient_phone.write(session.post, PATIENT, "C")
    await session.patient_phone.write(session.post, PATIENT, "M")
    said = words(await screen(session))
    assert [each.partition(": ")[0] for each in said] == [
        "clinic", "patient", "clinic", "patient", "clinic",
    ]  # fmt: skip
    assert said[2].startswith("clinic: BodyFix: thank you, see you Tue Dec 1")
    assert said[4].startswith("clinic: BodyFix: to move or cancel")


async def test_stop_is_twilios_to_answer(session: Session) -> None:
    """The page shows what the line did; Twilio sends the confirmation."""
    await visit(session)
    await session.patient_phone.write(session.post, PATIENT, "Stop!")
    await session.line.texting.notify(1)
    shown = await screen(session)
    assert words(shown)[1:] == [
        "patient: Stop!",
        "remark: The line sends no answer: Twilio itself answers STOP.",
    ]
    assert shown.why_none[0] == "No texts come: they asked for no more texts."
    assert shown.why_none[1].startswith("Staff are asked instead: no texts possible")
    assert shown.next
    assert shown.next.words == "Skip to the visit"


async def test_a_landline_gets_no_texts(session: Session) -> None:
    """Its owner consented to texts, so staff are asked to call."""
    await session.patient_phone.know_landline(LANDLINE)
    await visit(session, LANDLINE)
    shown = await screen(session, LANDLINE)
    assert (shown.bubbles, shown.can_write) == ([], False)
    assert shown.why_none[0] == "No texts come: the phone is a landline."
    assert shown.why_none[1].startswith("Staff are asked instead: no texts possible")


async def test_only_the_landline_is_one(session: Session) -> None:
    """A mobile phone gets texts."""
    await session.patient_phone.know_landline(PATIENT)
    await visit(session)
    assert len((await screen(session)).bubbles) == 1


async def test_no_consent_is_told(session: Session) -> None:
    """Without consent the event asks staff to call."""
    await visit(session, agrees=False)
    assert (await screen(session)).why_none == [
        "No texts come: the caller did not agree to them.",
        "Staff read in the event to call with the link.",
    ]


async def test_before_the_question_nothing_is_told(session: Session) -> None:
    """Only a finished call without an answer counts as one without consent."""
    await visit(session, agrees=None)
    assert (await screen(session, over=False)).why_none == []
    assert "hung up" in (await screen(session)).why_none[0]


async def test_another_number_has_the_texts(session: Session) -> None:
    """The page shows the phone that gets the texts."""
    await visit(session, "+14255550199")
    assert (await screen(session)).number == "+14255550199"
    assert (await screen(session, "")).number == "+14255550199"


async def test_a_skip_brings_the_next_text_at_once(session: Session) -> None:
    """The clock skips to each reminder and then to the visit, without a worker."""
    await visit(session)
    for skip, when, text in (
        ("the day before", "2026-11-30 14:00", "reminder: visit Tue Dec 1"),
        ("an hour before", "2026-12-01 13:00", "your visit is today at 2:00 PM"),
    ):
        due = (await screen(session)).next
        assert due is not None
        assert skip in due.words
        assert due.at == at(when)
        await session.skip_to(due.at)
        assert text in words(await screen(session))[-1]
    visit_next = (await screen(session)).next
    assert visit_next is not None
    assert (visit_next.words, visit_next.at) == ("Skip to the visit", TUESDAY.start)
    assert session.local_time == "Tue, Dec 1, 1:00 PM Pacific time"
    await session.skip_to(visit_next.at)
    assert (await screen(session)).next is None


async def test_nothing_is_skipped_in_a_call(session: Session) -> None:
    """The clock cannot be skipped during a call."""
    await visit(session)
    assert (await screen(session, over=False)).next is None


async def test_the_page_hears_of_new_texts_once(session: Session) -> None:
    """The page gets new texts of every number that it has shown."""
    phone, pool = session.patient_phone, session.line.pool

    async def news() -> bool:
        async with pool.connection() as conn:
            return await phone.anything_new(conn)

    assert not await news()
    await screen(session)
    await visit(session)
    assert [await news(), await news()] == [True, False]


async def test_a_line_that_fails_is_said_to(session: Session) -> None:
    """The thread shows the error that Twilio would log."""

    class Broken:
        base_url = session.post.base_url

        async def __call__(self, url: str, form: object) -> Answer:
            del url, form
            return Answer(503, "text/plain", b"")

    await session.patient_phone.write(Broken(), PATIENT, "Hello")
    said = words(await screen(session))
    assert said[1] == "remark: The line failed with HTTP 503; Twilio would note error 11200."
