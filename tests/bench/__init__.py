"""Our rates beside hand-written floors, measured in one run."""
