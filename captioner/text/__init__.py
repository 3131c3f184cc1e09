"""What captioner knows of written text, whatever the stage that asks: where lines join, and how wide they are."""
