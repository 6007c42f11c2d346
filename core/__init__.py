"""The ground of every room: errors, clock, files, locks, text. Imports nothing of ours."""
