"""What several lessons need, from their parameters to their listings.

=================  ===============================================================================
``parameters``     fields of ``Params`` that mean the same in every lesson; ``table_params`` the usual ones together
``tables``         parting and scaling the rows of a table, and what can be wrong with that
``networks``       stacks of dense layers, and the optimizers by name
``life_cycle``     prepare, define, compile, fit, evaluate, predict on a table with two classes
``bands``          where results of small networks fall
``layers``         layers written down once, for the model and for the listing
``images``         a part of labelled images, scaled and one-hot, and what can be wrong with that
``image_cycle``    the same six stages on labelled images of several classes
``classes``        confusion matrix, worst mistakes and predictions with their pictures
``outcome``        a run's result: scores, headline with its band, predictions beside the truth
``listing``        the script that repeats a run, in pieces and as a whole; ``image_listing`` of images
``table_asking``   how a model is asked about a row; ``image_asking`` about a picture
``symbolic``       the parameters of the lessons about expressions; ``formula`` reads, ``expressions`` carries out,
                   ``graphs``, ``answers`` and ``timing`` show it
=================  ===============================================================================
"""
