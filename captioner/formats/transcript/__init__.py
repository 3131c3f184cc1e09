"""The transcript, the report, and documents to read: JSON, text, Markdown, HTML."""
