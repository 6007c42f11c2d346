"""What must hold between the parts of an inventory, in passes."""
