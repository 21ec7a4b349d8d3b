"""Text messages: what is owed to patients, sending it, and what they reply."""
