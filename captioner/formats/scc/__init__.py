"""Scenarist closed captions (SCC): CEA-608 captions for line 21."""
