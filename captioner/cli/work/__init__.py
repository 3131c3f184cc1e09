"""The work of each command. Imported when a command runs, so that `--help` is fast."""
