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
    """Run each step in a transaction of its own, and remember it, so that a rerun goes on there.

    Before version 17, PostgreSQL refuses an enum value in the transaction that added it ("unsafe
    use of new value", https://www.postgresql.org/docs/16/sql-altertype.html), and some steps use
    what earlier ones added. The steps go through the driver's own cursor: they hold % and : that
    mean something to others.
    """
    with op.get_context().autocommit_block():
        driver = op.get_bind().connection.driver_connection
        if driver is None:
            message = "The migration has no connection; run it through voice.database.migrations."
            raise RuntimeError(message)
        cursor = driver.cursor()
        cursor.execute("CREATE TABLE IF NOT EXISTS job_queue_step (name text PRIMARY KEY)")
        done = {name for (name,) in cursor.execute("SELECT name FROM job_queue_step")}
        steps = resources.files("procrastinate.sql") / "migrations"
        for step in sorted(steps.iterdir(), key=lambda step: step.name):
            wanted = step.name.endswith(".sql") and step.name[: len(LAST_STEP)] <= LAST_STEP
            if wanted and step.name not in done:
                noted = f"INSERT INTO job_queue_step VALUES ('{step.name}')"  # noqa: S608  # the names are the queue's own
                # Several statements sent as one are one transaction.
                cursor.execute(f"{step.read_text('utf-8')};\n{noted}")
    op.execute("DROP TABLE job_queue_step")  # in one transaction with "0002 is done"
