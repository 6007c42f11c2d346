"""Words every other package may use: errors, time. Imports nothing of ours."""
