"""The link in a patient's text, and a visit that its patient cancels."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
ALTER TABLE booking DROP CONSTRAINT booking_outcome_check;
ALTER TABLE booking ADD CONSTRAINT booking_outcome_check
  CHECK (outcome IN ('taken', 'failed', 'staff', 'patient'));

CREATE TABLE visit_link (
  hash bytea PRIMARY KEY,                      -- of the token; the token itself is in the text only
  booking bigint NOT NULL REFERENCES booking (id),
  created timestamptz NOT NULL DEFAULT now());
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
