"""EBU STL."""
