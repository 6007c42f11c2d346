"""What is declared to exist: model, loader, checks, allocation, derivation. Pure."""
