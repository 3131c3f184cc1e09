"""The commands: each module declares one click command of its own name, and nothing else."""
