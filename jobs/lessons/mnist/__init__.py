"""Lesson 12, handwritten digits: ``lesson`` trains two networks, ``guide`` speaks to people, ``listing`` repeats."""
