"""Where attempts are carried out: the protocol, and the pool of our own workers."""
