"""What must hold of the texts to patients after any run; the same kind of rules as `invariants`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from prove.evidence import Evidence

Violations = Iterator[str]


def no_text_is_doubled(seen: Evidence) -> Violations:
    """A text is sent again only after Twilio said that it did not arrive."""
    sent: dict[str, list[str]] = {}
    for message in seen.messages:
        sent.setdefault(message.callback.partition("#")[0], []).append(message.status)
    for callback, all_ in sent.items():
        if len(all_) > 1 + all_.count("undelivered"):
            yield f"{callback}: {all_}"


def delivery_reports_are_kept(seen: Evidence) -> Violations:
    """What became of each text at Twilio is what its row says."""
    final = {message.sid: message.status for message in seen.messages}
    for row in seen.tables["text"]:
        fate = final.get(row["sid"] or "", "")
        right = {"delivered": {"delivered"}, "undelivered": {"failed", "owed", "dropped"}}
        if fate in right and row["state"] not in right[fate]:
            yield f"text {row['id']} is {row['state']}, at Twilio {fate}"


def only_who_agreed_is_texted(seen: Evidence) -> Violations:
    """No text to a caller who did not press 1 or 3 when asked, or 1 when nothing was open."""
    yes = {("texts", "1"), ("texts", "3"), ("waiting.any", "1")}
    agreed = {
        patient.who.call_sid
        for patient in seen.patients
        if any((heard.step, heard.keyed) in yes for heard in patient.heard)
    }
    for row in seen.tables["text"]:
        if row["sid"] and seen.call_of(seen.bookings[row["booking"]]) not in agreed:
            yield f"text {row['id']} about booking {row['booking']}"


def nobody_who_said_stop_is_texted(seen: Evidence) -> Violations:
    """No text is sent from 5 seconds after STOP was answered until the number says START."""
    ok, over = 200, datetime.max.replace(tzinfo=UTC)
    for reply in seen.online.replies:
        if reply.body not in {"STOP", "cancel"} or reply.status != ok:
            continue
        begin = reply.at + timedelta(seconds=5)
        later = [r.at for r in seen.online.replies if r.number == reply.number and r.at > reply.at]
        until = min(later, default=over)
        for message in seen.messages:
            if message.to == reply.number and begin < seen.online.sent_at[message.sid] < until:
                yield f"{message.sid}: {message.body[:80]}"
