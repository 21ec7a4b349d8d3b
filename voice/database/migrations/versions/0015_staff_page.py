"""The page for staff: links that sign in, sessions, and who saw what."""

from alembic import op

revision = "0015"
down_revision = "0014"

TABLES = """
CREATE TABLE staff_link (
  hash bytea PRIMARY KEY,
  made_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz);

CREATE TABLE staff_session (
  hash bytea PRIMARY KEY,
  began_at timestamptz NOT NULL DEFAULT now());

CREATE TABLE staff_view (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  session text NOT NULL,                       -- the first digits of its hash
  at timestamptz NOT NULL DEFAULT now(),
  what text NOT NULL);
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
