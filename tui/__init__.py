"""What a person sees: snapshots in, pictures out."""
