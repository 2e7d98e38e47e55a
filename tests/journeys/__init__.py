"""The main job told as stories through the public API, and the people who appear in them."""
