"""What hosts are made of."""
