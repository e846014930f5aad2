"""Lesson 12, handwritten digits: ``lesson`` trains, ``guide`` speaks to people, ``listing`` repeats a run."""
