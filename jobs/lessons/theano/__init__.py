"""Lesson 1, symbolic expressions with PyTensor: ``lesson`` carries it out, ``graph`` reads PyTensor's own graphs."""
