"""Live sources: HLS, whatever libav opens, pipes."""
