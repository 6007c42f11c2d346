"""What was seen of a network, and what is wrong with it. Pure: it asks nobody."""
