"""What is watched: catalogue, readers, collectors, rules."""
