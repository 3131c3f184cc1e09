"""What the commands do. Imported when a command runs, so that `--help` answers at once."""
