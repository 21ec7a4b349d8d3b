"""Records the statements that the line executes, and finds those that read a whole table."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection, AsyncCursor, Cursor, sql
from psycopg.abc import Query

FEW = 100
"""Rows that a partial index may have, such as one of what is open."""
_HAS_PLAN = re.compile(r"\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_SCANNED = "SELECT relname, seq_tup_read FROM pg_stat_user_tables"


class Statements:
    """What was executed: each statement once, with its last parameters."""

    def __init__(self) -> None:
        self.executed: dict[str, Any] = {}

    @contextmanager
    def recorded(self) -> Generator[None]:
        """Record everything that is executed in this process."""
        with pytest.MonkeyPatch.context() as patch:
            for kind in (AsyncCursor, Cursor):
                patch.setattr(kind, "execute", self._recording(kind.execute))
            yield

    def _recording(self, execute: Any) -> Any:  # noqa: ANN401  # two signatures, one of them async
        def recording(
            cursor: Any,  # noqa: ANN401  # the same
            query: Query,
            params: Any = None,  # noqa: ANN401  # the same
            **more: Any,  # noqa: ANN401  # the same
        ) -> Any:  # noqa: ANN401  # the same
            text = query if isinstance(query, str) else sql.as_string(query, cursor)
            if _HAS_PLAN.match(text):
                self.executed[text] = params
            return execute(cursor, query, params, **more)

        return recording

    async def whole_scans(self, conn: AsyncConnection, tables: frozenset[str]) -> list[str]:
        """The statements whose plan reads all of one of these tables, with its name."""
        found = list[str]()
        for text, params in self.executed.items():
            explain = b"EXPLAIN (FORMAT JSON) " + text.encode()
            [plan] = await (await conn.execute(explain, params)).fetchone() or [[]]
            scanned = {
                each.get("Relation Name", "") for each in _nodes(plan[0]["Plan"]) if _is_whole(each)
            }
            found += [f"{table}: {' '.join(text.split())}" for table in sorted(scanned & tables)]
        return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        if (plan["Node Type"], plan["Plan Rows"]) != ("Limit", 1):  # the first or last of an index
            yield from _nodes(inner)


def _is_whole(node: dict[str, Any]) -> bool:
    """A sequential scan, or one of an index that is not told where to look."""
    kind = str(node["Node Type"])
    by_index = kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"}
    return kind == "Seq Scan" or (by_index and "Index Cond" not in node and node["Plan Rows"] > FEW)


def rows_scanned(dsn: str) -> dict[str, int]:
    """By table, how many rows sequential scans have read so far, in functions too."""
    with psycopg.connect(dsn) as conn:
        return dict(conn.execute(_SCANNED).fetchall())
