"""What several lessons need: the same parameters, the same way to part a table, the same pieces of a listing.

===============  =================================================================================
``parameters``   fields of ``Params`` that mean the same in every lesson
``tables``       parting and scaling the rows of a table, and what can be wrong with that
``networks``     stacks of dense layers, and the optimizers by name
``life_cycle``   prepare, define, compile, fit, evaluate, predict on a table with two classes
``bands``        where results of small networks on tables fall
``outcome``      a run's result: scores, headline with its band, predictions beside the truth
``listing``      pieces of the script that repeats a run with plain Keras
===============  =================================================================================
"""
