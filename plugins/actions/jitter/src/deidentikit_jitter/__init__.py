"""The action `jitter`: add a small random amount to a number."""
