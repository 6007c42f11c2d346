"""Ports made real: everything here touches the outside world."""
