"""What people answer to short messages."""
