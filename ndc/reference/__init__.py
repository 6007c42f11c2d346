"""The small application behind every service of the default network."""
