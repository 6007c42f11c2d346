"""Pure: facts in, metric families out. What was not seen yields no series."""
