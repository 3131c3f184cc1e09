"""Live sources: HLS, and whatever libav opens: addresses, devices and pipes."""
