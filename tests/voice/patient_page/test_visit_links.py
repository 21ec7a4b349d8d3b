"""A link in a text opens one visit while it is useful."""

from psycopg_pool import AsyncConnectionPool
from support.clinic import SetClock, confirmed, row, span

from calendar_sync.clinic import Clinic
from voice.visit_links import new_link, visit_behind


async def test_a_link_opens_its_visit_until_an_hour_after_it(clinic: Clinic, now: SetClock) -> None:
    """Later it would be useful only to someone who finds the phone."""
    visit = await confirmed(clinic, span("2026-12-01 09:00"))
    ends = (await row(clinic, visit)).slot.end
    async with clinic.pool.connection() as conn:
        token = await new_link(conn, visit)
        assert await visit_behind(conn, token, now()) == visit
        now.at = ends
        now.forward(minutes=59)
        assert await visit_behind(conn, token, now()) == visit
        now.forward(minutes=1)
        assert await visit_behind(conn, token, now()) is None


async def test_any_other_token_opens_nothing(clinic: Clinic, now: SetClock) -> None:
    """Wrong, empty and malformed tokens open nothing."""
    visit = await confirmed(clinic, span("2026-12-01 09:00"))
    async with clinic.pool.connection() as conn:
        token = await new_link(conn, visit)
        for wrong in ("", token[:-1], token.swapcase(), "\udcff", "é" * 22, "0"):
            assert await visit_behind(conn, wrong, now()) is None


async def test_a_stolen_database_opens_no_page(
    clinic: Clinic, database: AsyncConnectionPool
) -> None:
    """Only a hash is stored, and each text has its own token."""
    visit = await confirmed(clinic, span("2026-12-01 09:00"))
    async with database.connection() as conn:
        tokens = {await new_link(conn, visit) for _ in range(3)}
        kept = await (await conn.execute("SELECT hash FROM visit_link")).fetchall()
    assert len(tokens) == len(kept) == 3
    for token in tokens:
        assert len(token) == 22
        assert all(token.encode() not in bytes(value) for (value,) in kept)
