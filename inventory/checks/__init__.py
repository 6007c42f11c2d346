"""What must hold between the parts of an inventory, each part judged where it is whole."""
