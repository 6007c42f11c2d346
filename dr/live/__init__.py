"""Recovery at work from the operator's machine: a door to each thing it asks or changes."""
