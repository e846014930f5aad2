"""Lesson 14, image augmentation: ``lesson`` trains, ``guide`` speaks to people, ``listing`` repeats a run."""
