"""Final Cut Pro XML, as captions or as titles."""
