"""The one machine for doing steps once, whatever happens; generic over the action."""
