"""What patients do on their page: move a visit, cancel it, give their name and email."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
ALTER TABLE booking
  ADD COLUMN moves bigint REFERENCES booking (id),  -- a held time: the visit that moves to it
  ADD COLUMN moved_at timestamptz,             -- when the patient last moved it
  ADD COLUMN patient_name text,                -- as given on the patient's page; null: not given
  ADD COLUMN patient_email text;
CREATE UNIQUE INDEX booking_one_move ON booking (moves) WHERE state = 'held';
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
