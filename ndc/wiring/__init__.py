"""Where ports meet adapters: an environment that is there, and what can be done with it."""
