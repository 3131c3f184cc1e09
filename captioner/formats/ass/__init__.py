"""Advanced SubStation Alpha, .ass, and the older .ssa."""
