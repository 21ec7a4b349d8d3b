"""The phone line: what a caller hears, and what the keys do."""
