"""One module per protocol, with its translation of errors."""
