"""Lesson 13, objects in photographs: ``lesson`` trains two networks, ``guide`` speaks to people, ``listing`` repeats."""
