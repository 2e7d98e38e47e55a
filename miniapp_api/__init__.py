"""Residents come in: one noun a file. ``OPERATIONS`` names them all for the application."""
