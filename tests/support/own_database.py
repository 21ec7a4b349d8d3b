"""A database for one test or module, beside the one that a worker of the tests shares."""

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo


@contextmanager
def own_database(server: tuple[str, str], suffix: str = "") -> Generator[str]:
    """The dsn of an empty database on this server, dropped at the end, whoever is connected."""
    dsn, worker = server
    name = f"{worker}{suffix}"
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
