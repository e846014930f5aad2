"""Lesson 2, graphs in TensorFlow: ``lesson`` carries both ways out, ``graph`` reads TensorFlow's own graphs."""
