"""Call-back requests get a code for their reason; until now its words were the key.

The words stay in `reason`, for a version that knows no codes and may still be running. What such a
version inserts gets its code from the trigger, and meets the row of the same request if there is
one. Both can go, with the words, once no such version runs.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = """
ALTER TABLE call_back ADD COLUMN code text, ADD COLUMN detail text NOT NULL DEFAULT '';

CREATE FUNCTION call_back_code(reason text, OUT code text, OUT detail text)
LANGUAGE sql IMMUTABLE AS $$
  SELECT known.code,
         CASE WHEN after IS NULL THEN '' ELSE
           substr(reason, length(before) + 1, length(reason) - length(before) - length(after)) END
  FROM (VALUES                                  -- without `after`, there is no detail
    (1, 'not_in_calendar', 'booking not in calendar', NULL),
    (2, 'not_in_calendar_yet', 'booking not in calendar yet', NULL),
    (3, 'deleted_too_soon', 'event was deleted before the booking was settled', NULL),
    (4, 'taken_after_all', 'confirmed time was taken, call ended without another', NULL),
    (5, 'not_moved', 'patient asked for another time and did not get it', NULL),
    (6, 'not_moved_yet', 'patient''s move is not in the calendar yet', NULL),
    (7, 'event_outdated',
        'the visit''s event in the calendar could not be brought up to date', NULL),
    (8, 'visit_moved', 'visit moved by staff to ', ': tell the patient'),
    (9, 'visit_cancelled', 'visit cancelled by staff: tell the patient', NULL),
    (10, 'visit_restored', 'visit restored by staff at ', ': tell the patient'),
    (11, 'safety_stop', 'stopped at safety.', ''),
    (12, 'asked_for_person', 'asked for a person', NULL),
    (13, 'no_open_time', 'no open time', NULL),
    (14, 'schedule_unreadable', 'schedule could not be read', NULL),
    (15, 'booking_failed', 'booking failed', NULL),
    (16, 'booking_unseen', 'booking not seen in the calendar', NULL),
    (17, 'emergency_text',
         'sent a text with an emergency word, was told to call 911: call at once (safety)', NULL),
    (18, 'crisis_text',
         'sent a text about suicide, was told to call 988 or 911: call at once (safety)', NULL),
    (19, 'cancel_text',
         'replied CANCEL, which ends texts: ask whether the visit is to be cancelled too', NULL),
    (20, 'text_late', 'the text about the visit has not gone out yet:'
         || ' call with the time and the video link', NULL),
    (21, 'no_texts', 'no texts possible (', '): call with the time and the video link'),
    (22, 'text_failed', 'the text ', ': call with the time and the video link'),
    (23, 'reminder_failed', 'the text ', ': call to remind them'),
    (24, 'texts_broken', 'texts do not go out ', ''),
    (25, 'other', '', '')) AS known (place, code, before, after)
  WHERE reason = before OR starts_with(reason, before) AND right(reason, length(after)) = after
  ORDER BY place LIMIT 1
$$;

UPDATE call_back SET (code, detail) = (SELECT (known).* FROM call_back_code(reason) AS known);
ALTER TABLE call_back ALTER COLUMN code SET NOT NULL,
  ADD CONSTRAINT call_back_once UNIQUE (call_sid, code, detail);

CREATE FUNCTION call_back_give_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT known.code, known.detail INTO NEW.code, NEW.detail
  FROM call_back_code(NEW.reason) AS known;
  NEW.reason := coalesce(
    (SELECT same.reason FROM call_back AS same
     WHERE (same.call_sid, same.code, same.detail) = (NEW.call_sid, NEW.code, NEW.detail)),
    NEW.reason);
  RETURN NEW;
END $$;
CREATE TRIGGER call_back_give_code BEFORE INSERT ON call_back
FOR EACH ROW WHEN (NEW.code IS NULL) EXECUTE FUNCTION call_back_give_code();
"""


def upgrade() -> None:
    """Add them."""
    op.get_bind().exec_driver_sql(TABLES)
