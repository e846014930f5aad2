"""The lessons: one file each, and the registry that lists them in the course's order."""
