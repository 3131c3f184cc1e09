"""One live session: from the source's audio to numbered captions."""
