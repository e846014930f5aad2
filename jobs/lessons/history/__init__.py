"""Lesson 7, the history: ``lesson`` trains and takes the History apart, ``guide`` speaks, ``listing`` repeats a run."""
