"""The job queue's tables, as procrastinate 3.10 has them.

Made from the queue's own steps up to that release and not from its whole schema: the schema file
grows with every release, the steps stay, so this migration always makes the same tables.
"""

from importlib import resources

from alembic import op

revision = "0002"
down_revision = "0001"

LAST_STEP = "03.04.00_50"
"""The newest step that procrastinate 3.10 ships."""


def upgrade() -> None:
    """Run them through the driver's own cursor: they hold % and : that mean nothing to others."""
    driver = op.get_bind().connection.driver_connection
    if driver is None:
        message = "The migration has no connection; run it through voice.database.migrations."
        raise RuntimeError(message)
    steps = resources.files("procrastinate.sql") / "migrations"
    for step in sorted(steps.iterdir(), key=lambda step: step.name):
        if step.name.endswith(".sql") and step.name[: len(LAST_STEP)] <= LAST_STEP:
            driver.cursor().execute(step.read_text("utf-8"))
