"""The listing that repeats a run with augmentation: the transforms that are used as plain NumPy and TensorFlow.

They are those of :mod:`jobs.augmentation`, number for number; a test holds one against the other.
"""

from typing import TYPE_CHECKING

from jobs.lessons.mnist.network import layers
from jobs.lessons.shared import image_listing, listing

if TYPE_CHECKING:
    from jobs.lessons.augmentation.lesson import ImageAugmentationParams

_MATRICES = """\
def matrix(*entries):  # identities with some entries replaced, one for each training image
    made = np.tile(np.eye(3), (len(x_train), 1, 1))
    for row, column, values in entries:
        made[:, row, column] = values
    return made
"""

_STANDARD = """\
mean = x_train.mean(axis=(0, 1, 2), dtype="float64").astype("float32")
"""

_DEVIATION = """\
squares = sum(np.square(part - mean, dtype="float64").sum(axis=(0, 1, 2)) for part in parts(x_train))
deviation = (np.sqrt(squares / np.prod(x_train.shape[:3])) + 1e-6).astype("float32")
"""

_WHITENING = """\
size = x_train[0].size
covariance = np.zeros((size, size))
for part in parts(x_train):
    flat = (part - mean).reshape(len(part), size)
    covariance += flat.T @ flat
variances, directions = np.linalg.eigh(covariance / len(x_train))
whitening = ((directions * (1.0 / np.sqrt(np.maximum(variances, 0.0) + 1e-6))) @ directions.T).astype("float32")
"""

_PARTS = """\
def parts(images):
    return [images[at : at + 1024] for at in range(0, len(images), 1024)]
"""


def script(params: "ImageAugmentationParams", jit_compile: bool, backend: str) -> str:
    """The listing for ``params``."""
    drawn = params.augment and (_moves(params) or params.brightness_range is not None)
    return image_listing.many_classes(
        params,
        "Image augmentation with Keras",
        jit_compile,
        backend,
        stand_in="digits",
        layers=layers("simple", 0.2, image_listing.classes(params.dataset)),
        optimizer=listing.optimizer(params.optimizer, params.learning_rate),
        imports="import tensorflow as tf\n" if drawn or params.zca_whitening else "",
        before_define="\n".join(filter(None, [_standardize(params, drawn), _augment(params) if drawn else ""])),
        batches=_batches(drawn),
        measured="x_measured" if drawn and params.centers else "x_train",
    )


def _moves(params: "ImageAugmentationParams") -> bool:
    ranges = (params.rotation_range, params.width_shift_range, params.height_shift_range, params.shear_range)
    return any(ranges) or bool(params.zoom_range) or params.horizontal_flip or params.vertical_flip


def _standardize(params: "ImageAugmentationParams", drawn: bool) -> str:
    """Bring images to the scale of the training; ``x_measured`` are the training images on it."""
    if not params.centers:
        return ""
    deviates = params.featurewise_std_normalization and not params.zca_whitening
    lines = ["# Standardise, by what the training images tell.\n"]
    if deviates or params.zca_whitening:
        lines.append(f"{_PARTS}\n\n")
    lines.append(_STANDARD)
    if deviates:
        lines.append(_DEVIATION)
    if params.zca_whitening:
        lines.append(_WHITENING)
    body = "images - mean"
    if deviates:
        body = "(images - mean) / deviation"
    if params.zca_whitening:
        body = "tf.reshape(tf.matmul(tf.reshape(images - mean, (-1, size)), whitening), (-1, *x_train.shape[1:]))"
    lines.append(f"\n\ndef standard(images):\n    return {body}\n\n\n")
    of = (
        "np.concatenate([np.asarray(standard(part)) for part in parts({0})])"
        if params.zca_whitening
        else "standard({0})"
    )
    lines.append(f"{'x_measured' if drawn else 'x_train'} = {of.format('x_train')}\n")
    lines.append(f"x_test = {of.format('x_test')}\n")
    return "".join(lines)


def _augment(params: "ImageAugmentationParams") -> str:
    """``draw`` and ``augmented``: what happens to each image in an epoch, and that done to a batch."""
    lines = ["# Augment. What happens to an image depends on nothing but the seed, the epoch and the image's number.\n"]
    moves = _moves(params)
    if moves:
        lines.append(f"{_MATRICES}\n\n")
    lines.append(
        "def draw(epoch):\n"
        "    draws = np.random.default_rng([SEED, epoch, 1]).random((len(x_train), 9))\n"
        "    turn, down, right, slant, rows, columns, mirror, upset, light = draws.T\n"
    )
    columns_of = []
    if moves:
        lines.append("    height, width = x_train.shape[1:3]\n")
        product = ["matrix((0, 2, (width - 1) / 2), (1, 2, (height - 1) / 2))"]
        if params.rotation_range:
            lines.append(f"    angle = np.deg2rad({params.rotation_range!r} * (2.0 * turn - 1.0))\n")
            lines.append("    cosine, sine = np.cos(angle), np.sin(angle)\n")
            product.append("matrix((0, 0, cosine), (0, 1, -sine), (1, 0, sine), (1, 1, cosine))")
        if params.width_shift_range or params.height_shift_range:
            lines.append(f"    down = {_pixels(params.height_shift_range, 'height')} * (2.0 * down - 1.0)\n")
            lines.append(f"    right = {_pixels(params.width_shift_range, 'width')} * (2.0 * right - 1.0)\n")
            product.append("matrix((0, 2, right), (1, 2, down))")
        if params.shear_range:
            lines.append(f"    slant = np.deg2rad({params.shear_range!r} * (2.0 * slant - 1.0))\n")
            product.append("matrix((1, 1, np.cos(slant)), (0, 1, -np.sin(slant)))")
        if params.zoom_range or params.horizontal_flip or params.vertical_flip:
            low, high = 1.0 - params.zoom_range, 1.0 + params.zoom_range
            for name, flips, by in (
                ("columns", params.horizontal_flip, "mirror"),
                ("rows", params.vertical_flip, "upset"),
            ):
                flip = f" * np.where({by} < 0.5, -1.0, 1.0)" if flips else ""
                lines.append(
                    f"    {name} = ({low!r} + ({high!r} - {low!r}) * {name}){flip}\n"
                    if flips
                    else f"    {name} = {low!r} + ({high!r} - {low!r}) * {name}\n"
                )
            product.append("matrix((0, 0, columns), (1, 1, rows))")
        product.append("matrix((0, 2, -(width - 1) / 2), (1, 2, -(height - 1) / 2))")
        lines.append(f"    places = {product[0]}\n")
        lines += [f"    places = places @ {one}\n" for one in product[1:]]
        columns_of.append("places.reshape(-1, 9)[:, :8]")
    else:
        columns_of.append("np.zeros((len(draws), 8))")
    if params.brightness_range is not None:
        low, high = params.brightness_range
        columns_of.append(f"{low!r} + ({high!r} - {low!r}) * light")
    lines.append(f'    return np.column_stack([{", ".join(columns_of)}]).astype("float32")\n')
    if params.brightness_range is not None:
        lines.append("\n\nlow, high = x_train.min(), x_train.max()\n")
    lines.append("\n\ndef augmented(images, drawn):\n")
    if moves:
        lines.append(
            "    images = tf.raw_ops.ImageProjectiveTransformV3(\n"
            "        images=images, transforms=drawn[:, :8], output_shape=x_train.shape[1:3], fill_value=0.0,\n"
            f'        interpolation="BILINEAR", fill_mode="{params.fill_mode.upper()}",\n'
            "    )\n"
        )
    if params.brightness_range is not None:
        lines.append("    images = tf.clip_by_value(\n")
        lines.append("        images * tf.reshape(drawn[:, 8], (-1, 1, 1, 1)), low, high\n    )\n")
    lines.append(f"    return {'standard(images)' if params.centers else 'images'}\n")
    return "".join(lines) + "\n"


def _pixels(shift: float, size: str) -> str:
    return f"{shift!r} * {size}" if shift < 1 else repr(shift)


def _batches(drawn: bool) -> str:
    if not drawn:
        return listing.BATCHES
    return listing.BATCHES.replace("        for start", "        drawn = draw(epoch)\n        for start").replace(
        "yield x_train[rows], y_train[rows]", "yield augmented(x_train[rows], drawn[rows]), y_train[rows]"
    )
