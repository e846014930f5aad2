"""What several lessons need: the same parameters, the same way to part a table, the same pieces of a listing.

=================  ===============================================================================
``parameters``     fields of ``Params`` that mean the same in every lesson
``tables``         parting and scaling the rows of a table, and what can be wrong with that
``networks``       stacks of dense layers, and the optimizers by name
``life_cycle``     prepare, define, compile, fit, evaluate, predict on a table with two classes
``layers``         layers written down once, for the model and for the listing
``images``         a part of labelled images, scaled and one-hot, and what can be wrong with that
``image_cycle``    the same six stages on labelled images of several classes
``classes``        confusion matrix, worst mistakes and predictions with their pictures
``outcome``        a run's result: scores, headline with its band, predictions beside the truth
``listing``        pieces of the script that repeats a run with plain Keras
``image_listing``  its pieces about labelled images
=================  ===============================================================================
"""
