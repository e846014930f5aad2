"""The course's scripts as a learner would write them, plain Keras from import to the last line.

Each takes the folder with the course's data as its one argument. ``benchmarks/training.py`` starts them as scripts, and
trains the same models on the same data with Fitboard's engine: only ``data`` and ``model`` are shared, so that both
sides do the same work.
"""
