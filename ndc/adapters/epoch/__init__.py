"""Guards a host: remembers epochs, refuses old ones, moves service addresses."""
