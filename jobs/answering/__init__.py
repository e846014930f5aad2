"""Answering what people ask while they wait: previews of augmentation and predictions of saved models.

=============== =======================================================================
``desk``        the worker's side: one child process, kept warm, and what it has to do
``child``       what runs in that process
``client``      the HTTP calls of both
``previews``    how augmented images will look
``predictions`` what a saved model says of an input
``pictures``    images as files and back
``memory``      datasets and models that stay in memory
=============== =======================================================================
"""
