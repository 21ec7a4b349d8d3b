"""How a call ended is asked at Twilio if its end was not stored."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import pytest_asyncio
import structlog
from psycopg import OperationalError
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from stand_ins.twilio.calls import Call
from stand_ins.twilio.faults import Fault
from stand_ins.twilio.server import ACCOUNT, TOKEN, Twilio
from structlog.testing import capture_logs
from support.clinic import SetClock, hold, row, span
from support.text_clinic import PATIENT, settings_at

from calendar_sync.bookings import call_backs
from voice.app import create_app
from voice.bootstrap import Line, line_on
from voice.calls import call_end
from voice.calls.end_checks import BATCH, check_ended_calls
from voice.logs import write_logs
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import InProcess

SID = "CA" + "7" * 32
AT = datetime(2026, 11, 30, 16, 5, tzinfo=UTC)


@pytest_asyncio.fixture
async def line(database: AsyncConnectionPool, now: SetClock, twilio: Twilio) -> Line:
    """A live line without a worker."""
    return line_on(settings_at(twilio.url), database, now)


async def began(line: Line, ago: str, *sids: str) -> None:
    """Calls arrived so long ago by the database's clock."""
    async with line.pool.connection() as conn:
        for sid in sids:
            await conn.execute(
                "INSERT INTO call (sid, caller, began_at) VALUES (%s, %s, now() - %s::interval)",
                [sid, PATIENT, ago],
            )


async def ends(line: Line) -> list[tuple[str | None, str | None, datetime | None]]:
    """Status, outcome and end of each call, in the order of their SIDs."""
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT status, outcome, ended_at FROM call ORDER BY sid")
        return [(status, outcome, at) for status, outcome, at in await rows.fetchall()]


def numbered(number: int) -> str:
    """A call's SID."""
    return f"CA{number:032x}"


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
async def test_a_missed_end_is_stored(line: Line, twilio: Twilio, status: str) -> None:
    """It is stored as the webhook stores it, at the time that Twilio gives, and the hold goes."""
    await began(line, "31 minutes", SID)
    held = await hold(line.clinic, span("2026-12-01 09:00"), SID)
    twilio.calls[SID] = Call(status, AT)
    for _ in range(2):
        await check_ended_calls(line)
    assert await ends(line) == [(status, "hung up", AT)]
    assert (await row(line.clinic, held)).state == "released"
    assert len(twilio.asked("calls.fetch")) == 1


async def test_an_outcome_that_was_stored_stays(line: Line, twilio: Twilio) -> None:
    """A call that came to its goodbye, and whose end was missed, keeps the goodbye's outcome."""
    await began(line, "31 minutes", SID)
    async with line.pool.connection() as conn:
        await conn.execute("UPDATE call SET outcome = 'booked'")
    twilio.calls[SID] = Call("completed", AT)
    await check_ended_calls(line)
    assert await ends(line) == [("completed", "booked", AT)]


async def test_who_hung_up_while_the_database_was_down_is_called_back(
    line: Line, twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lost report of the end is one log line with the call's SID, and later a call-back."""
    write_logs("json")
    base, who = line.settings.public_base_url, CallerId(PATIENT, call_sid=SID, account_sid=ACCOUNT)
    away: AsyncConnectionPool = AsyncConnectionPool("host=/nowhere", open=False)
    without = replace(line, clinic=replace(line.clinic, pool=away))
    await InProcess(create_app(line), base, TOKEN)(
        f"{base}/voice/incoming", list(who.fields("ringing"))
    )
    async with line.pool.connection() as conn:
        await conn.execute("INSERT INTO journal VALUES (%s, 'person.desk', 'not answered')", [SID])
        await conn.execute("UPDATE call SET began_at = now() - interval '31 minutes'")
    ended = list(who.fields("completed"))
    capsys.readouterr()
    await InProcess(create_app(without), base, TOKEN)(f"{base}/voice/status", ended)
    lines = capsys.readouterr().out.splitlines()
    [missed] = [each for each in lines if "the end of a call was not stored" in each]
    assert SID in missed
    assert (await ends(line))[0][2] is None
    twilio.calls[SID] = Call("completed", AT)
    await check_ended_calls(line)
    async with line.pool.connection() as conn:
        [asked] = await call_backs.open_requests(conn)
    assert (asked.number, asked.reason) == (PATIENT, "asked for a person")


async def test_an_end_is_stored_whole_or_not_at_all(
    line: Line, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the database goes away before the call-back is stored, the call is looked up again."""

    async def fail(*_: object) -> None:
        raise OperationalError

    await began(line, "31 minutes", SID)
    held = await hold(line.clinic, span("2026-12-01 09:00"), SID)
    twilio.calls[SID] = Call("completed", AT)
    monkeypatch.setattr(call_end, "call_back_unfinished", fail)
    with pytest.raises(OperationalError):
        await check_ended_calls(line)
    assert await ends(line) == [(None, None, None)]
    assert (await row(line.clinic, held)).state == "held"


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress"])
async def test_a_call_that_goes_on_is_asked_about_again(
    line: Line, twilio: Twilio, status: str
) -> None:
    """Nothing is stored of it, and others are; later it is over too."""
    await began(line, "2 hours", SID, numbered(1))
    twilio.calls.update({SID: Call(status), numbered(1): Call("completed", AT)})
    await check_ended_calls(line)
    assert await ends(line) == [("completed", "hung up", AT), (None, None, None)]
    twilio.calls[SID] = Call("completed", AT)
    await check_ended_calls(line)
    assert (await ends(line))[1] == ("completed", "hung up", AT)


async def test_a_call_that_twilio_does_not_have_is_over(line: Line, twilio: Twilio) -> None:
    """It is stored as ended with the status "unknown", and not asked about again."""
    await began(line, "31 minutes", SID)
    for _ in range(2):
        await check_ended_calls(line)
    [(status, outcome, at)] = await ends(line)
    assert (status, outcome, at is not None) == ("unknown", "hung up", True)
    assert len(twilio.asked("calls.fetch")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("calls.fetch", "status", times=9),
        Fault("calls.fetch", "status", status=429, times=9),
        Fault("calls.fetch", "code", code=20003, times=9),
        Fault("calls.fetch", "reset", times=9),
        Fault("calls.fetch", "not json", times=9),
    ],
    ids=lambda fault: f"{fault.kind} {fault.code or fault.status}",
)
async def test_while_twilio_fails_each_run_asks_once(
    line: Line, twilio: Twilio, fault: Fault
) -> None:
    """A run ends at the first failure, stores nothing, and a later run stores all."""
    sids = [numbered(each) for each in range(3)]
    await began(line, "31 minutes", *sids)
    twilio.calls.update({sid: Call("completed", AT) for sid in sids})
    twilio.faults.append(fault)
    for runs in (1, 2):
        await check_ended_calls(line)
        assert len(twilio.seen) == runs
    assert await ends(line) == [(None, None, None)] * 3
    twilio.faults.clear()
    await check_ended_calls(line)
    assert await ends(line) == [("completed", "hung up", AT)] * 3


async def test_a_key_that_may_not_read_calls_is_told_once_a_day(
    line: Line, twilio: Twilio, now: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And at once when something else fails, or when it had worked in between."""
    monkeypatch.setattr("voice.calls.end_checks.log", structlog.get_logger())
    await began(line, "31 minutes", SID, numbered(1))
    twilio.calls.update({SID: Call("in-progress"), numbered(1): Call("in-progress")})
    forbidden = Fault("calls.fetch", "code", code=20003, times=99)

    async def warned(*faults: Fault, hours: int = 0) -> int:
        now.forward(hours=hours)
        twilio.faults[:] = faults
        with capture_logs() as logs:
            await check_ended_calls(line)
        return len(logs)

    assert await warned() == 0
    assert [await warned(forbidden) for _ in range(3)] == [1, 0, 0]
    assert [await warned(forbidden, hours=12) for _ in range(4)] == [0, 1, 0, 1]
    for expected in (1, 0, 1):
        assert await warned(*[Fault("calls.fetch", times=9)] * expected) == expected


async def test_a_run_asks_about_a_bounded_number_of_calls(line: Line, twilio: Twilio) -> None:
    """After a long outage the calls are looked up over several runs."""
    sids = [numbered(each) for each in range(BATCH + 1)]
    await began(line, "31 minutes", *sids)
    twilio.calls.update({sid: Call("completed", AT) for sid in sids})
    await check_ended_calls(line)
    assert len(twilio.asked("calls.fetch")) == BATCH
    await check_ended_calls(line)
    assert len(twilio.asked("calls.fetch")) == BATCH + 1


@pytest.mark.parametrize(
    ("ago", "minutes", "asked"),
    [("29 minutes", 30, 0), ("31 minutes", 30, 1), ("6 minutes", 5, 1), ("73 hours", 5, 0)],
)
async def test_neither_young_nor_old_calls_are_asked_about(
    line: Line, twilio: Twilio, ago: str, minutes: int, asked: int
) -> None:
    """CALL_CHECK_MINUTES says what is young; after three days a call-back would come too late."""
    await began(line, ago, SID)
    settings = line.settings.model_copy(update={"call_check_minutes": minutes})
    await check_ended_calls(replace(line, settings=settings))
    assert len(twilio.seen) == asked


@pytest.mark.parametrize(
    "lacking",
    [
        {"twilio_account_sid": ""},
        {"twilio_auth_token": SecretStr(""), "twilio_api_key_sid": ""},
        {"is_demo": True},
    ],
    ids=["no account", "no login", "demo"],
)
async def test_without_credentials_nothing_is_asked(
    line: Line, twilio: Twilio, lacking: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demo and a line without Twilio's credentials leave calls as they are."""
    if "is_demo" in lacking:
        monkeypatch.setattr(type(line.settings), "is_demo", True)
        lacking = {}
    line = replace(line, settings=line.settings.model_copy(update=lacking))
    await began(line, "31 minutes", SID)
    await check_ended_calls(line)
    assert twilio.seen == []
    assert await ends(line) == [(None, None, None)]
