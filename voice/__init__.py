"""The phone line: dialogues, webhooks, texts, the patient's page, and the command line."""
