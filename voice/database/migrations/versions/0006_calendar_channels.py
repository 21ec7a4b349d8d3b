"""Channels by which Google tells the line that the screenings calendar has changed."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE calendar_channel (
  id text PRIMARY KEY,
  token_hash bytea NOT NULL,                   -- of the token that comes with each message
  calendar text NOT NULL,
  address text NOT NULL,
  resource text,                               -- Google's name of what is watched; null: no answer
  asked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL);
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
