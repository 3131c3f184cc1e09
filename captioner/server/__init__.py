"""Serves recognition to other programs over HTTP, and the page on which captions are made and corrected."""
