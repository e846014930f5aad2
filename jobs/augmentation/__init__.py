"""Augmentation of images: one definition for the preview, for training and for the exported script.

:class:`Augmentation` holds the parameters, those of Keras's ``ImageDataGenerator`` with its names and units; an
:class:`Augmenter` measures the training images once and changes them. Which change happens to which row is drawn from
``(seed, epoch)`` alone, for all rows of an epoch at once: any batch can be made again without those before it, however
large batches are and whoever makes them.

==============  ======================================================================
``parameters``  what may happen to an image, and from where each of its pixels then comes
``augmenter``   drawing and applying it
``statistics``  featurewise standardisation and whitening, measured once
==============  ======================================================================

Where this differs from ``ImageDataGenerator`` as Keras 3 still ships it: a height shift moves rows and a width shift
columns (there it is the other way round); images that aren't square turn about their centre too; beyond the border
``constant`` blends into 0 and ``wrap`` goes on with the opposite edge (there it skips a pixel); a brightness works for
images between 0 and 1 too. Whitening divides by
``sqrt(variance + 1e-6)``, so that a direction in which no training image varies doesn't get enlarged a millionfold.
"""

from jobs.augmentation.augmenter import Augmenter
from jobs.augmentation.parameters import Augmentation, FillMode

__all__ = ["Augmentation", "Augmenter", "FillMode"]
