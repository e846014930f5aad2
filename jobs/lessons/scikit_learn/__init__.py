"""Lesson 6, scikit-learn: cross-validation and grid search of a Keras network."""
