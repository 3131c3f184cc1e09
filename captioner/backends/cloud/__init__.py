"""The parts that backends over HTTP share: dispatch in order, concurrency, retries, requests and responses."""
