"""One module per process other than ndc: its start-up, and nothing else."""
