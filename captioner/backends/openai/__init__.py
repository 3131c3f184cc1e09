"""Any server with OpenAI's transcription API."""
