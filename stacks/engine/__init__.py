"""What exists, through the Pulumi engine: all stacks of a network at the same time."""
