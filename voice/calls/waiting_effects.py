"""Performs the effects of the waiting list; each is safe to perform twice."""

from datetime import timedelta
from typing import Any, assert_never

from calendar_sync.bookings.booking import booking
from calendar_sync.bookings.consent import TextConsent, record
from calendar_sync.bookings.event_text import short_time
from calendar_sync.waiting.entries import NewEntry
from calendar_sync.waiting.membership import join
from calendar_sync.waiting.times import first_open
from voice.bootstrap import Line
from voice.calls import journal
from voice.dialogue.effects import SAFETY, Stored
from voice.dialogue.waiting_effects import JoinWaitingList, MayWait, SeeWhetherToWait
from voice.texts.opt_outs import number_gets_texts


async def waiting_result(line: Line, sid: str, effect: SeeWhetherToWait | JoinWaitingList) -> Any:  # noqa: ANN401  # each effect's own type
    """What came of the effect."""
    match effect:
        case SeeWhetherToWait():
            return await _may_wait(line, effect)
        case JoinWaitingList():
            return await _join(line, sid, effect)
        case _:
            assert_never(effect)


async def _may_wait(line: Line, effect: SeeWhetherToWait) -> MayWait:
    if not line.texting.config.can_offer:
        return MayWait(yes=False)
    soon = line.now() + timedelta(days=line.settings.waiting_list_days)
    async with line.pool.connection() as conn:
        visit = await booking(conn, effect.booking) if effect.booking else None
        if visit and visit.slot.start <= soon:
            return MayWait(yes=False)
        number = (visit.text_number or "") if visit else effect.number
        if not await number_gets_texts(conn, number, own=line.settings.clinic_number):
            return MayWait(yes=False)
        first = await first_open(conn, line.clinic, effect.language)
    return MayWait(yes=first is None or first > soon)


async def _join(line: Line, sid: str, effect: JoinWaitingList) -> Stored:
    now, number = line.now(), effect.number
    async with line.pool.connection() as conn:
        ago = await journal.since_keyed(conn, sid, "safety")
        if effect.booking:
            visit = await booking(conn, effect.booking)
            if visit.text_number is None:
                return Stored()
            number = visit.text_number
        else:
            consent = TextConsent(number, effect.wording, given=True, at=now)
            await record(conn, sid, consent)
    answered = now - ago if ago is not None else now
    lines = dict(effect.chart)
    if SAFETY in lines:
        lines[SAFETY] += f", {short_time(answered, line.settings.zone)}"
    new = NewEntry(
        call_sid=sid,
        visit=effect.booking or None,
        number=number,
        language=effect.language,
        consent_at=now,
        wording=effect.wording,
        chart=tuple(lines.items()),
        safety_at=answered,
        at=now,
    )
    await join(line.clinic, new)
    return Stored()
