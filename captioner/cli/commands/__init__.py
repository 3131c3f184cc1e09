"""The commands. Each module declares the flags of one click command of its own name; the work is in `cli.work`."""
