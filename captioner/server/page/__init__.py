"""The page on which people caption a video and correct the captions: static files, served as they are."""
