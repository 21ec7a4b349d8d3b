"""What the check of calls without a stored end finds quickly."""

from alembic import op

revision = "0020"
down_revision = "0019"

INDEX = "CREATE INDEX call_without_end ON call (began_at) WHERE ended_at IS NULL"


def upgrade() -> None:
    """Add it."""
    op.get_bind().exec_driver_sql(INDEX)
