"""Personal data as a whole: what there is of it, and the change of its keys."""
