"""What the tests of alerts share: a dead-man's switch, the owner, and changes of the database."""

from stand_ins.http_server import Asked, StandIn

from voice.alerts.watch import Watch

OWNER, ADDRESS = "+14255550199", "owner@clinic.example"
ADD_WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())"
ADD_CALL_BACK = (
    "INSERT INTO call_back (call_sid, reason, number, language, asked_at)"
    " VALUES ('CA1', 'safety', '+14255550123', 'en', %s)"
)


class Switch(StandIn):
    """A dead-man's switch."""

    pings = 0

    def answer(self, request: Asked, verb: str) -> None:
        """Count the request."""
        assert verb == "GET"
        self.pings += 1
        request.send(200, b"OK")


async def execute(watch: Watch, statement: str, *values: object) -> None:
    """Change the database from outside the line."""
    async with watch.clinic.pool.connection() as conn:
        await conn.execute(statement.encode(), values)
