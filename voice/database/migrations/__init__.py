"""The migrations: numbered steps of plain SQL, run by alembic.

`python -m voice.database.migrations` reads a dsn from standard input and migrates that
database. It is a separate program, so that alembic's libraries stay out of the line's process.
"""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"


def newest() -> str:
    """The revision of the newest step."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
