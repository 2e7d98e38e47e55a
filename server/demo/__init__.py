"""The demonstration: its people, its past, and the story it tells. Only the demo and test profiles come here."""
