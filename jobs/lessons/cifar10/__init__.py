"""Lesson 13, photographs: ``lesson`` trains two networks, ``guide`` speaks to people, ``listing`` repeats."""
