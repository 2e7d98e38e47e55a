"""Working days: which days count, when a limit ends, and why on that day."""
