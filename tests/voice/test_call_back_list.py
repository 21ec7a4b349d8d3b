"""Staff's list says first what the line does not know."""

from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr

from voice.call_back_list import lines
from voice.settings import Settings


async def test_a_calendar_that_was_not_read_lately_is_named(
    database: AsyncConnectionPool, migrated: str
) -> None:
    """Whoever looks at the list sees that staff's latest changes may be missing in it."""
    settings = Settings.load("demo").model_copy(update={"database_url": SecretStr(migrated)})
    assert await lines(settings) == ["Nobody waits for a call."]
    async with database.connection() as conn:
        await conn.execute(
            "INSERT INTO calendar_cursor (cursor, read_at) VALUES ('1', '2026-11-20 17:05Z')"
        )
    said, nobody = await lines(settings)
    assert said.startswith("The calendar was last read on Fri Nov 20 09:05: the line knows of no")
    assert nobody == "Nobody waits for a call."
