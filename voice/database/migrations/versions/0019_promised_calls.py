"""When staff promised to call back, and when staff were shown that a call is overdue."""

from alembic import op

revision = "0019"
down_revision = "0018"

TABLES = """
ALTER TABLE call_back ADD COLUMN promised_from timestamptz, ADD COLUMN promised_until timestamptz,
  ADD COLUMN overdue_shown_at timestamptz;
CREATE INDEX call_back_of_number ON call_back (number) WHERE done_at IS NULL;
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
