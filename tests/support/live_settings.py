"""The settings that a live line requires, as environment variables."""

LIVE = {
    "PUBLIC_BASE_URL": "https://line.example.org",
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "2" * 32,
    "CLINIC_NAME": "Lakeside Physical Therapy",
    "CLINIC_NUMBER": "+12065550199",
    "CLINIC_EMAIL": "hello@lakeside.example",
    "CLINIC_TIME_ZONE": "America/Los_Angeles",
}
"""Of another clinic than the demo's."""

AGREED = {"BAA_TWILIO": "yes", "BAA_GOOGLE": "yes"}
"""Without these a live line's events hold no answers."""
