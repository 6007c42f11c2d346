"""How programs reach things: clients, secrets, this host, the folders of an environment."""
