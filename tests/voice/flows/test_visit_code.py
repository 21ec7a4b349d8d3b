"""Visit codes can not be guessed: wrong ones are counted, and then staff help."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
import pytest_asyncio
from psycopg_pool import AsyncConnectionPool
from stand_ins.twilio.server import ACCOUNT
from support.caller import Caller
from support.clinic import SetClock, requests, span
from support.returning import VOUCHED, booked_visit, code_of
from support.text_clinic import BASE, settings_at

from calendar_sync.bookings import free_times
from voice.app import create_app
from voice.background import run_in_background
from voice.bootstrap import Line, line_on
from voice.simulator.caller_id import CallerId
from voice.simulator.transport import InProcess
from voice.worker import work

Keys = Callable[..., Awaitable[Caller]]
WRONG = "I do not find a visit with that code."
STAFF = "Our staff will help you keep, move, or cancel your visit."
WITHHELD = "+266696687"
LATER = span("2026-12-02 10:00")


@pytest.fixture
def changes() -> dict[str, object]:
    """Settings that a test changes."""
    return {}


@pytest_asyncio.fixture
async def line(
    database: AsyncConnectionPool, now: SetClock, changes: dict[str, object]
) -> AsyncGenerator[Line]:
    """A live line, where limits count, that sends no texts."""
    line = line_on(settings_at("", texts="off", **changes), database, now)
    await free_times.refresh(line.clinic)
    async with run_in_background(work(line.clinic)):
        yield line


@pytest_asyncio.fixture
async def keys(line: Line) -> AsyncGenerator[Keys]:
    """Call, and key these codes."""
    post = InProcess(create_app(line), BASE, line.settings.tokens[0])
    async with AsyncExitStack() as stack:

        async def go(number: str, *codes: str, signed: str | None = None) -> Caller:
            who = CallerId(number, signed, account_sid=ACCOUNT)
            caller = await stack.enter_async_context(Caller(post, who))
            await caller.presses("2")
            for code in codes:
                await caller.presses(code).hears_everything()
            return caller

        yield go


@pytest_asyncio.fixture
async def code(line: Line) -> str:
    """The code of the only visit."""
    return await code_of(line, await booked_visit(line, texts=False))


@pytest.fixture
def wrong(code: str) -> list[str]:
    """Ten codes that no visit has."""
    return [f"{(int(code) + step) % 1_000_000:06}" for step in range(1, 11)]


async def test_five_wrong_codes_lead_to_staff(keys: Keys, code: str, wrong: list[str]) -> None:
    """The right one after them is not looked up any more."""
    caller = await keys("+14255550188", *wrong[:4])
    assert WRONG in " ".join(caller.heard)
    await caller.presses(wrong[4]).hears(WRONG).presses(code).hears(STAFF)


async def test_four_wrong_codes_do_not(keys: Keys, code: str, wrong: list[str]) -> None:
    """Anybody may mistype."""
    await (await keys("+14255550188", *wrong[:4], code)).hears("Your visit is on Tuesday")


async def test_ten_wrong_codes_of_a_number_are_enough_for_a_day(
    keys: Keys, line: Line, now: SetClock, code: str, wrong: list[str]
) -> None:
    """Another number is not affected, and the next day the first one is not."""
    for five in (wrong[:5], wrong[5:]):
        await keys("+14255550188", *five)
    await (await keys("+14255550188", code)).hears(STAFF)
    told = await requests(line.clinic)
    assert told.count("limit reached (visit codes): no call needed, look for robots") == 1
    await (await keys("+14255550189", code)).hears("Your visit is on Tuesday")
    now.forward(hours=24, seconds=1)
    await free_times.refresh(line.clinic)
    await (await keys("+14255550188", code)).hears("Your visit is on Tuesday")


@pytest.mark.parametrize("changes", [{"limit_code_guess_odds": 10000}])
async def test_all_callers_who_can_not_be_told_apart_share_a_limit(
    keys: Keys, line: Line, changes: dict[str, object], code: str, wrong: list[str]
) -> None:
    """So many numbers that a robot makes up do not help it; with a visit more the limit is lower.

    One chance in 10,000 is 100 codes for one visit, and 50 for two.
    """
    assert changes
    async with line.pool.connection() as conn:
        await conn.execute("INSERT INTO call (sid) VALUES ('CAold')")
        await conn.execute(
            "INSERT INTO wrong_code (call_sid, step, at)"
            " SELECT 'CAold', i::text, %s FROM generate_series(1, 49) AS i",
            [line.now() - timedelta(hours=23)],
        )
    await (await keys(WITHHELD, wrong[0])).hears(WRONG)
    await booked_visit(line, texts=False, number="+14255550177", sid="CA2", slot=LATER)
    await (await keys("+14255550190", code)).hears(STAFF)
    await (await keys(WITHHELD, code)).hears(STAFF)
    await (await keys("+14255550191", code, signed=VOUCHED)).hears("Your visit is on Tuesday")


async def test_a_short_code_is_not_counted(keys: Keys, line: Line, code: str) -> None:
    """The caller is told how many digits it has."""
    caller = await keys("+14255550188")
    for _ in range(6):
        await caller.presses("12345#").hears("A visit code has six digits.")
    await caller.presses(code).hears("Your visit is on Tuesday")
    async with line.pool.connection() as conn:
        rows = await conn.execute("SELECT count(*) FROM wrong_code")
        assert await rows.fetchone() == (0,)
