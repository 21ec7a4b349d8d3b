"""Which data key the database is encrypted with; no row: it is not encrypted."""

from alembic import op

revision = "0024"
down_revision = "0023"

TABLE = """
CREATE TABLE data_key (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  key_id text NOT NULL,                        -- the first digits of a hash, see field_encryption
  since timestamptz NOT NULL DEFAULT now())
"""


def upgrade() -> None:
    """Add it."""
    op.get_bind().exec_driver_sql(TABLE)
