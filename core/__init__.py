"""The ground that every room stands on: errors, clock, files, locks. Imports nothing of ours."""
