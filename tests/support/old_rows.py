"""Fills the tables that grow with what a busy clinic has after a while."""

import psycopg

FILL = """
CREATE TEMPORARY TABLE old AS
SELECT n, 'CA' || lpad(to_hex(n), 32, '0') AS sid, '+1206' || lpad(n::text, 7, '0') AS number,
  now() - n * (interval '25 days' / %(rows)s) - interval '2 days' AS at,
  date_trunc('hour', now()) - (n / 20) * (interval '300 days' * 20 / %(rows)s)
    - interval '1 day' AS visit
FROM generate_series(1, %(rows)s::int) AS n;
INSERT INTO call (sid, caller, began_at, ended_at, status, outcome)
SELECT sid, number, at, at + interval '3 minutes', 'completed', 'hung up' FROM old;
INSERT INTO journal (call_sid, name, value, at)
SELECT sid, name, '2', at FROM old, unnest(ARRAY['caller', 'greeting~0', 'safety.chest~0',
  'foot.side~0', 'texts~0']) AS name;
INSERT INTO booking (call_sid, step, clinician, during, state, expires_at, confirmed_at, booked_at,
  visit_code, event_id, etag, number, text_number, text_consent_at, text_wording, promised, chart)
SELECT sid, 'hold', 1000 + n %% 20, tstzrange(visit, visit + interval '1 minute'),
  CASE n %% 4 WHEN 0 THEN 'released' WHEN 1 THEN 'cancelled' ELSE 'booked' END, at, at, at,
  CASE WHEN n < 400000 THEN lpad((n + 500000)::text, 6, '0') END, 'old' || n, '"1"', number, number,
  at, '1', tstzrange(visit, visit + interval '1 minute'), '[]'
FROM old;
INSERT INTO consent (call_sid, number, given, wording, at)
SELECT sid, number, true, '1', at FROM old;
INSERT INTO call_back (call_sid, reason, number, language, asked_at, done_at)
SELECT sid, 'asked for a person', number, 'en', at, at + interval '1 hour' FROM old;
INSERT INTO effect (key, done_at) SELECT 'insert:' || sid || ':hold', at FROM old;
INSERT INTO text (booking, name, kind, about, number, due, state, sid, created, began)
SELECT booking.id, 'booked', 'booked', at, old.number, at, 'delivered',
  'SM' || lpad(to_hex(n), 32, '0'), at, at
FROM old JOIN booking ON booking.call_sid = old.sid;
INSERT INTO text_reply (message_sid, number, answer, at)
SELECT 'SM' || lpad(to_hex(n), 32, '0'), '', 'start', at FROM old;
INSERT INTO visit_link (hash, booking, created)
SELECT sha256(convert_to(call_sid, 'UTF8')), id, now() FROM booking;
INSERT INTO staff_change (event_id, etag, booking, outcome, seen_at)
SELECT event_id, etag, id, 'kept', now() FROM booking;
INSERT INTO telling (booking, kind, created, told_at) SELECT id, 'moved', now(), now() FROM booking;
INSERT INTO invitation (booking, number, email, event_id, withdrawn_at, gone_at)
SELECT id, 1, 'a@example.org', 'invite' || id, now(), now() FROM booking;
INSERT INTO local_event (id, during, title, changed)
SELECT 'own' || n, tstzrange(visit, visit + interval '1 minute'), 'Away', n FROM old;
INSERT INTO staff_view (session, at, what) SELECT 'x', at, 'call-backs' FROM old;
INSERT INTO command_view (at, os_user, command, people) SELECT at, 'x', 'jobs', 1 FROM old;
INSERT INTO text_bar (number, why, at) SELECT number, 'landline', at FROM old;
INSERT INTO demo_text (number, body, at) SELECT number, 'x', at FROM old;
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at, attempts)
SELECT CASE n %% 3 WHEN 0 THEN 'default' WHEN 1 THEN 'texts' ELSE 'housekeeping' END,
  'calendar:rewrite_event', jsonb_build_object('booking_id', n), 'succeeded', NULL, 1
FROM old;
INSERT INTO procrastinate_events (job_id, type, at)
SELECT id, type::procrastinate_job_event_type, now() - interval '30 minutes'
FROM procrastinate_jobs, unnest(ARRAY['deferred', 'started', 'succeeded']) AS type;
INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id, periodic_id)
SELECT task_name, id, id, 'x' FROM procrastinate_jobs;
DROP TABLE old;
"""
GROWING = frozenset(
    {
        "booking", "call", "call_back", "command_view", "consent", "demo_text", "effect",
        "invitation", "journal", "local_event", "procrastinate_events", "procrastinate_jobs",
        "procrastinate_periodic_defers", "staff_change", "staff_view", "telling", "text",
        "text_bar", "text_reply", "visit_link",
    }
)  # fmt: skip
"""Tables that have more rows the longer a line runs."""


def fill(dsn: str, rows: int) -> None:
    """Put so many finished calls into an empty database, each with all that one can leave."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("SET synchronous_commit = off")
        for statement in FILL.split(";\n"):
            if statement.strip():
                psycopg.ClientCursor(conn).execute(statement, {"rows": rows})
        conn.execute("VACUUM ANALYZE")
