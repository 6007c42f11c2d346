"""What is needed before anything runs: the doctor, and what ``build`` makes."""
