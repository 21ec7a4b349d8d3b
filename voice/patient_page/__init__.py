"""The patient's own page, opened by the link in a text."""
