"""Recovery's programs on hosts: the agent, the guard of epochs, the canary, the end of a log."""
