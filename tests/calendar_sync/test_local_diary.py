"""The local diary keeps the Diary contract."""

import asyncio

import pytest
from clinic import span
from diary_contract import OURS, THEIRS, DiaryContract, find, put, read
from diary_contract_times import TimesContract
from psycopg_pool import AsyncConnectionPool

from calendar_sync.diary import CursorExpired, Diary, Entry, Event
from calendar_sync.event import event_id
from calendar_sync.local_diary import LocalDiary


class TestLocalDiary(DiaryContract, TimesContract):
    """The contract, over table `local_event`."""

    @pytest.fixture
    def diary(self, database: AsyncConnectionPool) -> Diary:
        """The diary of an empty database."""
        return LocalDiary(database)

    @pytest.fixture
    async def unreachable(self, migrated: str) -> Diary:
        """A diary whose connections are all closed."""
        pool: AsyncConnectionPool = AsyncConnectionPool(migrated, min_size=1, open=False)
        await pool.open()
        await pool.close()
        return LocalDiary(pool)

    async def test_a_reader_never_steps_over_a_change(self, diary: Diary) -> None:
        """Fifty writers at once and a reader that follows: every event is seen."""
        events = [
            Event(event_id("CA", "race", number), span("2026-12-01 09:00"), f"event {number}")
            for number in range(50)
        ]
        seen: set[str] = set()

        async def follow() -> None:
            cursor = (await read(diary, None)).cursor
            while len(seen) < len(events):
                changes = await read(diary, cursor)
                seen.update(entry.event_id for entry in changes.entries)
                cursor = changes.cursor
                await asyncio.sleep(0)

        async with asyncio.timeout(20), asyncio.TaskGroup() as everybody:
            everybody.create_task(follow())
            for event in events:
                everybody.create_task(diary.insert(event))
        assert seen == {event.id for event in events}

    async def test_of_many_writers_with_one_version_one_wins(self, diary: Diary) -> None:
        """Twenty people change one version at once: one change stands."""
        there = await put(diary, OURS)
        answers = await asyncio.gather(
            *(diary.rewrite(OURS.id, there.etag, title=f"writer {n}") for n in range(20))
        )
        [winner] = [answer for answer in answers if isinstance(answer, Entry)]
        assert await find(diary, OURS.id) == winner

    async def test_a_cursor_from_before_a_lost_table_has_expired(
        self, diary: Diary, database: AsyncConnectionPool
    ) -> None:
        """A cursor beyond the newest change belongs to another life of this database."""
        await put(diary, OURS)
        await put(diary, THEIRS)
        later = (await read(diary, None)).cursor
        async with database.connection() as conn:
            await conn.execute("DELETE FROM local_event WHERE id = %s", [THEIRS.id])
        assert await diary.changes(later) == CursorExpired()
