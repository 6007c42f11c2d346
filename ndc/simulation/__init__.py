"""A deterministic world behind the same ports, good enough to rehearse in."""
