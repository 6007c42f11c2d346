"""What routers say: the intent of each, its text in FRR's words, the way from one to another."""
