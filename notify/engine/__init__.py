"""What drives the dispatcher: inside the web process (``embedded``), or elsewhere."""
