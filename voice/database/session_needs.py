"""Whether a connection is a session of its own, which PgBouncer's transaction mode does not give.

The line sets timeouts when it connects and is notified of new jobs; both last for a session. A
transaction-mode pooler ignores the first and loses the second:
https://www.pgbouncer.org/features.html
"""

import psycopg

from voice.database.connection import no_answer
from voice.errors import DatabaseError

_NOTICE_SECONDS = 2.0
_CHANNEL = "screening_line_session"
_TIMEOUT = "12345ms"
REMEDY = (
    "Write the address of the database itself into DATABASE_URL, without the pooler, or use a "
    "pooler in session mode that passes the startup parameter options"
)


def require_session(dsn: str) -> None:
    """Refuse a pooler in transaction mode. Blocks up to some seconds. Raises DatabaseError."""
    if missing := missing_session_needs(dsn):
        message = (
            f"The database is reached through a pooler in transaction mode: {' and '.join(missing)}"
            f" do not work. {REMEDY}."
        )
        raise DatabaseError(message)


def missing_session_needs(dsn: str) -> list[str]:
    """What does not work on connections to this database; empty when they are sessions.

    Blocks up to some seconds. Raises DatabaseError when nobody answers.
    """
    missing: list[str] = []
    options = f"-c statement_timeout={_TIMEOUT}"
    try:
        with psycopg.connect(dsn, connect_timeout=5, autocommit=True, options=options) as conn:
            if conn.execute("SHOW statement_timeout").fetchone() != (_TIMEOUT,):
                missing.append("timeouts set by the startup parameter options")
            conn.execute(f"LISTEN {_CHANNEL}")
            with psycopg.connect(dsn, connect_timeout=5, autocommit=True) as other:
                other.execute(f"NOTIFY {_CHANNEL}")
            if not list(conn.notifies(timeout=_NOTICE_SECONDS, stop_after=1)):
                missing.append("notifications by LISTEN")
    except psycopg.OperationalError as error:
        if "startup parameter" not in str(error):
            raise no_answer(error) from error
        missing.append("timeouts set by the startup parameter options")
    return missing
