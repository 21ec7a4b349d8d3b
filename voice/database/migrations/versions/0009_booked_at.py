"""When a caller said yes, by the clinic's clock, which in a demo is another than the database's."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
ALTER TABLE booking ADD COLUMN booked_at timestamptz;
UPDATE booking SET booked_at = confirmed_at;
"""


def upgrade() -> None:
    """Add it, and take it over for what is booked."""
    op.get_bind().exec_driver_sql(TABLES)
