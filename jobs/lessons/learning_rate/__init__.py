"""Lesson 10, schedules: ``schedules`` makes them, ``lesson`` trains, ``guide`` speaks, ``listing`` repeats a run."""
