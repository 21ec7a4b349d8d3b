"""The patient's own page, behind the link in the text."""
