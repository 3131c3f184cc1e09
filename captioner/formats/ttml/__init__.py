"""TTML in three dialects: IMSC 1.1, EBU-TT-D and iTT."""
