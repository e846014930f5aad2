"""Lesson 8, checkpoints: ``lesson`` trains and restores, ``guide`` speaks to people, ``listing`` repeats a run."""
