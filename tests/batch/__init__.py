"""Tests of captioner.batch."""
