"""What happens when several things happen at once, or something dies: real processes, real databases."""
