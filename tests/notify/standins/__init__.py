"""Vendors on loopback: their shapes, codes, delays and lost answers."""
