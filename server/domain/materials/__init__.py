"""Materials 材料: the files that residents hand in. Sealed from the first byte, never under a name of theirs."""
