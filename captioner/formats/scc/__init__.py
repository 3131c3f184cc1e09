"""Scenarist closed captions: CEA-608."""
