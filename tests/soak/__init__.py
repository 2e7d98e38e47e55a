"""Many codes, many counters, many phones at once, and what may go wrong meanwhile: ``make soak-code``."""
