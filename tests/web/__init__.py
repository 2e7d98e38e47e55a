"""The HTTP craft: hostile input, who may call what, and the published contract."""
