"""One live session: from the audio of a source to numbered captions."""
