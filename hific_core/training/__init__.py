"""The other client of `models/`: what makes their weights."""
