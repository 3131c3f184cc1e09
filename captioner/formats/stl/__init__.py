"""EBU STL, the subtitle files of European broadcasters."""
