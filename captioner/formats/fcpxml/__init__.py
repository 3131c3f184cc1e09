"""Final Cut Pro XML (FCPXML), as captions or as titles."""
