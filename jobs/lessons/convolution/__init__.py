"""Lesson 11, convolution: ``lesson`` trains and watches, ``geometry`` computes shapes, ``looking`` takes the pictures.

``guide`` speaks to people, ``listing`` repeats a run.
"""
