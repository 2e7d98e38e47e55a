"""Data keys: what they are, when each is used, and the change of the key of search."""
