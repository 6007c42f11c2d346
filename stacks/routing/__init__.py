"""What routers say: the text of every FRR configuration, and the difference between two."""
