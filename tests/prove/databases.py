"""The database of a run: with a clock that can be set, killed, frozen and started again."""

import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from support.data_key import CIPHER

from voice.database.embedded import Engine

_CLOCK = """
CREATE SCHEMA IF NOT EXISTS prove;
CREATE OR REPLACE FUNCTION prove.now() RETURNS timestamptz LANGUAGE sql STABLE
  AS $$ SELECT pg_catalog.now() + interval '{seconds} seconds' $$;
"""
_DEFAULTS = """
DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT table_name, column_name FROM information_schema.columns
              WHERE table_schema = 'public' AND column_default = 'now()'
  LOOP EXECUTE format('ALTER TABLE public.%I ALTER COLUMN %I SET DEFAULT prove.now()',
                      each.table_name, each.column_name);
  END LOOP;
END $$;
"""
"""A now() of our own stands before PostgreSQL's in the search path; defaults are bound by name."""


@dataclass
class Database:
    """One data folder with PostgreSQL: the line's embedded one, or a server of the run's own."""

    data_dir: Path
    name: str = ""
    is_ours: bool = False
    """The run starts it; otherwise the line does."""

    def __post_init__(self) -> None:
        self.name = self.name or ("prove" if self.is_ours else "screening_line")
        self.engine = Engine(self.data_dir)

    @property
    def dsn(self) -> str:
        """Where the run itself looks into it."""
        return self.engine.dsn(self.name)

    def set_clock(self) -> None:
        """From now on now() is this process's time, for every connection that is made."""
        shift = (datetime.now(UTC) - self._own_time()).total_seconds()
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            known = conn.execute("SELECT to_regnamespace('prove')").fetchone()
            conn.execute(_CLOCK.format(seconds=round(shift)).encode())
            if known == (None,):
                conn.execute(_DEFAULTS)
            name = str(conninfo_to_dict(self.dsn)["dbname"])
            conn.execute(
                sql.SQL("ALTER DATABASE {} SET search_path = prove, pg_catalog, public").format(
                    sql.Identifier(name)
                )
            )

    def rows(self, statement: str) -> list[Mapping[str, Any]]:
        """Read; what is encrypted is opened."""
        with psycopg.connect(self.dsn) as conn, conn.cursor(row_factory=dict_row) as cursor:
            return [
                {name: _opened(value) for name, value in row.items()}
                for row in cursor.execute(statement.encode())
            ]

    def kill(self) -> None:
        """Kill -9 of the whole server."""
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def restart(self, after: float) -> None:
        """Start it again after so many seconds. Blocks."""
        time.sleep(after)
        self.engine.start()

    def freeze(self, seconds: float) -> None:
        """It accepts connections and never answers, for so long. Blocks."""
        frozen = self.processes()
        for process in frozen:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)
        time.sleep(seconds)
        for process in frozen:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def processes(self) -> list[int]:
        """The ids of the server's process and of its children; [] when it does not run."""
        try:
            first = int((self.engine.cluster / "postmaster.pid").read_text().splitlines()[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
            return [first, *map(int, children)]
        except (OSError, ValueError, IndexError):
            return []

    def _own_time(self) -> datetime:
        with psycopg.connect(self.dsn) as conn:
            row = conn.execute("SELECT pg_catalog.clock_timestamp()").fetchone()
        return row[0] if row else datetime.now(UTC)


def _opened(value: object) -> object:
    return CIPHER.open(value) if isinstance(value, str) and value.startswith("enc1:") else value
