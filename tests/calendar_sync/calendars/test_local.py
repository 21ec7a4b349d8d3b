"""The local calendar satisfies the Calendar contract."""

import asyncio

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from support.calendar_contract import OURS, THEIRS, CalendarContract, find, put, read
from support.calendar_contract_times import TimesContract
from support.data_key import CIPHER

from calendar_sync.calendars.contract import Calendar, CalendarEvent, CursorExpired, Inserted
from calendar_sync.calendars.local import LocalCalendar
from voice.database.connection import JOBS, open_pool


class TestLocalCalendar(CalendarContract, TimesContract):
    """The calendar contract for the table `local_event`."""

    @pytest.fixture
    def calendar(self, database: AsyncConnectionPool) -> Calendar:
        """A calendar in an empty database."""
        return LocalCalendar(database)

    @pytest.fixture
    async def unreachable(self, migrated: str) -> Calendar:
        """A calendar whose connections are all closed."""
        pool: AsyncConnectionPool = AsyncConnectionPool(migrated, min_size=1, open=False)
        await pool.open()
        await pool.close()
        return LocalCalendar(pool)

    async def test_a_reader_never_steps_over_a_change(
        self, calendar: Calendar, migrated: str
    ) -> None:
        """A delayed writer blocks later ones, so no cursor passes its change."""
        async with open_pool(migrated, cipher=CIPHER, options=JOBS) as patient:
            writers = LocalCalendar(patient)
            async with patient.connection() as other, other.transaction(force_rollback=True):
                await other.execute(
                    "INSERT INTO local_event (id, during, title, changed)"
                    " VALUES (%s, 'empty', 'never committed', 0)",
                    [OURS.id],
                )
                first = asyncio.create_task(writers.insert(OURS))
                await asyncio.wait({first}, timeout=0.1)
                second = asyncio.create_task(writers.insert(THEIRS))
                await asyncio.wait({second}, timeout=0.1)
                assert not first.done()
                before = await read(calendar, None)
            assert isinstance(await first, Inserted)
            assert isinstance(await second, Inserted)
        after = await read(calendar, before.cursor)
        seen = {entry.event_id for entry in (*before.entries, *after.entries)}
        assert seen == {OURS.id, THEIRS.id}

    async def test_a_description_is_encrypted_from_the_first(
        self, calendar: Calendar, migrated: str
    ) -> None:
        """It holds answers and the number, also before it is written anew."""
        await put(calendar, OURS)
        async with await AsyncConnection.connect(migrated) as plain:
            rows = await plain.execute("SELECT description FROM local_event")
            [(stored,)] = await rows.fetchall()
        assert OURS.description
        assert CIPHER.open(stored) == OURS.description != stored

    async def test_of_many_writers_with_one_version_one_wins(self, calendar: Calendar) -> None:
        """When twenty writers change the same version at once, one succeeds."""
        there = await put(calendar, OURS)
        answers = await asyncio.gather(
            *(calendar.rewrite(OURS.id, there.etag, title=f"writer {n}") for n in range(20))
        )
        [winner] = [answer for answer in answers if isinstance(answer, CalendarEvent)]
        assert await find(calendar, OURS.id) == winner

    async def test_a_cursor_from_before_a_lost_table_has_expired(
        self, calendar: Calendar, database: AsyncConnectionPool
    ) -> None:
        """A cursor beyond the newest change is from a lost table and has expired."""
        await put(calendar, OURS)
        await put(calendar, THEIRS)
        later = (await read(calendar, None)).cursor
        async with database.connection() as conn:
            await conn.execute("DELETE FROM local_event WHERE id = %s", [THEIRS.id])
        assert await calendar.changes(later) == CursorExpired()
