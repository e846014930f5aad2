"""Lesson 9, dropout: ``lesson`` trains, ``guide`` speaks to people, ``listing`` repeats a run."""
