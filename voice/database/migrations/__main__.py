"""Migrates the database named on standard input; concurrent runs wait for each other."""

import sys
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

TURN = 0x5C4EE1
"""The advisory lock of a migration run; the number is arbitrary."""


def upgrade(dsn: str) -> None:
    """Run the missing steps. Raises psycopg.Error, or SQLAlchemy's DBAPIError around one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({TURN})")
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


if __name__ == "__main__":
    try:
        upgrade(sys.stdin.read())
    except (psycopg.Error, DBAPIError) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        sys.exit(said.partition("\n")[0])
