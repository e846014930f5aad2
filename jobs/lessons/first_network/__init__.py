"""Lesson 5, the first network: ``lesson`` trains it, ``guide`` speaks to people, ``listing`` repeats a run."""
