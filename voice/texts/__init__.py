"""Text messages: planning and sending them, and answering what patients reply."""
