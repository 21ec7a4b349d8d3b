"""What patients do with their visit by phone, and wrong visit codes, which are limited."""

from alembic import op

revision = "0022"
down_revision = "0021"

TABLES = """
ALTER TABLE booking ADD COLUMN changed_by text, ADD COLUMN confirmed_by_phone timestamptz,
  ADD COLUMN text_again_at timestamptz;
CREATE TABLE wrong_code (
  call_sid text NOT NULL REFERENCES call (sid) ON DELETE CASCADE,
  step text NOT NULL,                -- of the call, so that a repeated request counts once
  at timestamptz NOT NULL,
  PRIMARY KEY (call_sid, step)
);
CREATE INDEX wrong_code_at ON wrong_code (at);
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
