"""Live sources: HLS, and everything that libav opens: addresses, devices and pipes."""
