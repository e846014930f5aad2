"""Whatever dies, and whenever: nothing is lost and nothing lies."""
