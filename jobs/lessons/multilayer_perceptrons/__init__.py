"""Lesson 4, multilayer perceptrons: ``problems`` draws points, ``looks`` pictures, ``lesson`` trains on the plane."""
