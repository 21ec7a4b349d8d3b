"""Invitations for patients who gave an email."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = """
CREATE TABLE invitation (
  booking bigint NOT NULL REFERENCES booking (id),
  number int NOT NULL,                         -- from 0, in the order they were made
  email text NOT NULL,
  event_id text NOT NULL UNIQUE,
  withdrawn_at timestamptz,                    -- since then it is meant to go
  gone_at timestamptz,                         -- since then it is not in the calendar
  PRIMARY KEY (booking, number));
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
