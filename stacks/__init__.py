"""What exists, and how it changes."""
