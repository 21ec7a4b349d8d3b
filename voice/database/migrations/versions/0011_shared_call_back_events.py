"""Several reasons to call one caller back share one event."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = """
ALTER TABLE call_back DROP CONSTRAINT call_back_event_id_key;
"""


def upgrade() -> None:
    """Let them."""
    op.get_bind().exec_driver_sql(TABLES)
