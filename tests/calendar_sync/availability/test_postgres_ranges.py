"""What PostgreSQL stores of spans comes back as it was, or not at all."""

import pytest
from psycopg_pool import AsyncConnectionPool
from support.clinic import span

from calendar_sync.availability.postgres_ranges import as_multirange, as_spans

SPANS = (span("2026-12-01 09:00"), span("2026-12-01 10:00", 90), span("2027-03-14 02:30", 1))


@pytest.mark.parametrize("spans", [(), SPANS[:1], SPANS])
async def test_spans_come_back(pool: AsyncConnectionPool, spans: tuple[object, ...]) -> None:
    """Busy times are read as text, in order and in UTC."""
    async with pool.connection() as conn:
        rows = await conn.execute("SELECT %s::text", [as_multirange(SPANS[: len(spans)])])
        [stored] = await rows.fetchone() or [""]
    assert as_spans(stored) == spans


@pytest.mark.parametrize(
    "stored",
    [
        '{["2026-12-01 17:00:00+00",)}',
        '{(,"2026-12-01 17:00:00+00")}',
        "{(,)}",
        '{["2026-12-01 17:00:00+00",infinity)}',
        '{["2026-12-01 17:00:00+00","2026-12-01 18:00:00+00"]}',
        "2026-12-01",
    ],
)
def test_a_range_without_an_end_is_not_left_out(stored: str) -> None:
    """A busy time that cannot be read must not become a free one."""
    with pytest.raises(ValueError, match="stored range"):
        as_spans(stored)
