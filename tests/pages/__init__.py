"""Pages as the server writes them, in this process."""
