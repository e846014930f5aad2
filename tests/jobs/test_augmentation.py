"""Augmentation: the transformations of Keras's ImageDataGenerator, repeatable by (seed, epoch) in any batch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from jobs.augmentation import Augmentation, Augmenter
from jobs.augmentation.augmenter import STREAM
from jobs.augmentation.parameters import DRAWS

EVERYTHING = Augmentation(
    rotation_range=30,
    width_shift_range=0.2,
    height_shift_range=3,
    shear_range=20,
    zoom_range=0.3,
    horizontal_flip=True,
    vertical_flip=True,
    brightness_range=(0.5, 1.5),
)


def image_data_generator(**settings: Any) -> Any:
    """Keras's own, as the course has it."""
    import tensorflow as tf

    return tf.keras.preprocessing.image.ImageDataGenerator(**settings)


def pictures(rows: int = 12, height: int = 14, width: int = 14, channels: int = 1) -> Any:
    """Images of which no two pixels are alike."""
    return np.random.default_rng(0).random((rows, height, width, channels)).astype("float32")


def changed(augmentation: Augmentation, images: Any, seed: int = 7, epoch: int = 2) -> Any:
    augmenter = Augmenter(augmentation, images, seed)
    return np.asarray(augmenter.apply(images, augmenter.draw(epoch, len(images))))


def drawn(rows: int, seed: int = 7, epoch: int = 2) -> list[dict[str, float]]:
    """The random numbers that ``changed`` used, by name."""
    numbers = np.random.default_rng([seed, epoch, STREAM]).random((rows, len(DRAWS)))
    return [dict(zip(DRAWS, line, strict=True)) for line in numbers.tolist()]


def within(number: float, extent: float) -> float:
    return extent * (2 * number - 1)


MEANS: dict[str, tuple[Augmentation, Callable[[dict[str, float]], dict[str, Any]]]] = {
    "rotation": (Augmentation(rotation_range=40), lambda by: {"theta": within(by["rotation"], 40)}),
    # Keras 3 calls tx what moves columns, and draws it from height_shift_range.
    "width in shares": (Augmentation(width_shift_range=0.2), lambda by: {"tx": within(by["width_shift"], 0.2 * 14)}),
    "height in pixels": (Augmentation(height_shift_range=3), lambda by: {"ty": within(by["height_shift"], 3)}),
    "shear": (Augmentation(shear_range=25), lambda by: {"shear": within(by["shear"], 25)}),
    "zoom": (
        Augmentation(zoom_range=0.3),
        lambda by: {"zy": 0.7 + 0.6 * by["zoom_rows"], "zx": 0.7 + 0.6 * by["zoom_columns"]},
    ),
    "zoom between two": (
        Augmentation(zoom_range=(0.5, 0.9)),
        lambda by: {"zy": 0.5 + 0.4 * by["zoom_rows"], "zx": 0.5 + 0.4 * by["zoom_columns"]},
    ),
    "horizontal flip": (Augmentation(horizontal_flip=True), lambda by: {"flip_horizontal": by["left_right"] < 0.5}),
    "vertical flip": (Augmentation(vertical_flip=True), lambda by: {"flip_vertical": by["up_down"] < 0.5}),
    "all at once, mirrored beyond the border": (
        Augmentation(
            rotation_range=40,
            width_shift_range=0.2,
            height_shift_range=0.1,
            shear_range=25,
            zoom_range=0.3,
            horizontal_flip=True,
            vertical_flip=True,
            fill_mode="reflect",
        ),
        lambda by: {
            "theta": within(by["rotation"], 40),
            "tx": within(by["width_shift"], 0.2 * 14),
            "ty": within(by["height_shift"], 0.1 * 14),
            "shear": within(by["shear"], 25),
            "zy": 0.7 + 0.6 * by["zoom_rows"],
            "zx": 0.7 + 0.6 * by["zoom_columns"],
            "flip_horizontal": by["left_right"] < 0.5,
            "flip_vertical": by["up_down"] < 0.5,
        },
    ),
}


@pytest.mark.filterwarnings("ignore:Please import `affine_transform`:DeprecationWarning")
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", MEANS)
def test_each_transformation_is_that_of_the_image_data_generator(name: str, channels: int) -> None:
    augmentation, parameters = MEANS[name]
    images = pictures(channels=channels)
    generator = image_data_generator(fill_mode=augmentation.fill_mode)
    pairs = zip(images, drawn(len(images)), strict=True)
    expected = [generator.apply_transform(image, parameters(by)) for image, by in pairs]
    assert not np.allclose(images, expected, atol=0.1)
    np.testing.assert_allclose(changed(augmentation, images), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("mode", "reference"),
    [("nearest", "nearest"), ("reflect", "reflect"), ("constant", "grid-constant"), ("wrap", "grid-wrap")],
)
def test_beyond_the_border_lies_what_the_fill_mode_says(mode: Any, reference: str) -> None:
    """Held against SciPy, on images that aren't square, moved by whole pixels and by parts of them."""
    images = pictures(height=10, width=17)[:4]
    for shift, atol in ((4.0, 0.0), (3.7, 1e-5)):
        augmentation = Augmentation(height_shift_range=shift, width_shift_range=shift, fill_mode=mode)
        # Numbers of 0 and almost 1 are the ends of a range: here four corners.
        corners = np.full((4, len(DRAWS)), 0.5)
        corners[:, DRAWS.index("height_shift")] = [0, 0, 1, 1]
        corners[:, DRAWS.index("width_shift")] = [0, 1, 0, 1]
        matrices = augmentation.transforms(corners, 10, 17).reshape(4, 9)[:, :8]
        lines = np.column_stack([matrices, np.ones(4)]).astype("float32")
        made = np.asarray(Augmenter(augmentation, images, 0).apply(images, lines))
        moves = [(-shift, -shift), (-shift, shift), (shift, -shift), (shift, shift)]
        expected = [
            ndimage.shift(image, (-down, -right, 0), order=1, mode=reference)
            for image, (down, right) in zip(images, moves, strict=True)
        ]
        off_seam = np.abs(made - expected) <= max(atol, 1e-6)
        if mode == "wrap" and shift != 4.0:
            # Between the last pixel and the first, where SciPy blends the two, the nearer one is taken.
            assert off_seam.mean() > 0.8
        else:
            assert off_seam.all()


def test_a_rotation_turns_an_image_that_is_not_square_about_its_own_centre() -> None:
    images = np.zeros((3, 9, 15, 1), "float32")
    images[:, 4, 7] = 1.0
    made = changed(Augmentation(rotation_range=80, shear_range=30, zoom_range=(0.5, 0.9)), images)
    np.testing.assert_allclose(made[:, 4, 7], 1.0, atol=1e-5)


def test_a_brightness_multiplies_and_keeps_within_the_range_of_the_training() -> None:
    images = pictures()
    made = changed(Augmentation(brightness_range=(0.2, 3.0)), images)
    factors = np.array([0.2 + 2.8 * by["light"] for by in drawn(len(images))]).reshape(-1, 1, 1, 1)
    np.testing.assert_allclose(made, np.clip(images * factors, images.min(), images.max()), rtol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_brightness_is_that_of_the_image_data_generator_but_for_whole_grey_levels(channels: int) -> None:
    """Keras's generator changes images in whole levels from 0 to 255, and cuts off what lies between two of them."""
    levels = np.random.default_rng(0).integers(0, 256, (12, 14, 14, channels)).astype("float32")
    levels[0, 0, :2, 0] = 0, 255  # the range of the training images is the whole range
    made = changed(Augmentation(brightness_range=(0.2, 3.0)), levels / 255) * 255
    generator = image_data_generator()
    pairs = zip(levels, drawn(len(levels)), strict=True)
    expected = np.stack(
        [generator.apply_transform(image, {"brightness": 0.2 + 2.8 * by["light"]}) for image, by in pairs]
    )
    assert (expected == 255).any()
    assert (np.abs(expected - levels) > 100).any()
    assert (made - expected).min() > -1e-3
    assert (made - expected).max() < 1


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**63), epoch=st.integers(0, 10**6), data=st.data())
def test_an_image_is_changed_by_seed_and_epoch_alone(seed: int, epoch: int, data: Any) -> None:
    """Any batch of any epoch, whatever its size and order, comes out as it does among all rows, bit for bit."""
    images = pictures()
    numbers = data.draw(st.lists(st.integers(0, len(images) - 1), min_size=1, max_size=20))
    whole = changed(EVERYTHING, images, seed, epoch)
    again = Augmenter(EVERYTHING, images, seed)
    batch = again.apply(images[numbers], again.draw(epoch, len(images))[numbers])
    np.testing.assert_array_equal(np.asarray(batch), whole[numbers], strict=True)
    assert not np.array_equal(again.draw(epoch, 2), again.draw(epoch + 1, 2))
    assert not np.array_equal(again.draw(epoch, 2), Augmenter(EVERYTHING, images, seed + 1).draw(epoch, 2))
    np.testing.assert_array_equal(again.draw(epoch, 5), again.draw(epoch, 9)[:5])


def test_changing_one_range_leaves_the_other_changes_be() -> None:
    images = pictures()
    turned = Augmenter(Augmentation(rotation_range=30), images, 1).draw(0, 5)
    both = Augmenter(Augmentation(rotation_range=30, brightness_range=(0.5, 1.5)), images, 1).draw(0, 5)
    np.testing.assert_array_equal(turned[:, :8], both[:, :8])


def test_without_ranges_nothing_changes_bit_for_bit() -> None:
    images = pictures()
    np.testing.assert_array_equal(changed(Augmentation(), images), images, strict=True)
    still = Augmenter(Augmentation(), images, 0).draw(0, len(images))
    moving = Augmenter(Augmentation(rotation_range=10), images, 0)
    np.testing.assert_array_equal(np.asarray(moving.apply(images, still)), images, strict=True)


def test_the_numbers_are_not_those_of_which_the_order_of_rows_is_drawn() -> None:
    order, changes = np.random.default_rng([7, 2]), np.random.default_rng([7, 2, STREAM])
    assert order.random() != changes.random()


@pytest.mark.parametrize("channels", [1, 3])
def test_standardisation_is_that_of_the_image_data_generator(channels: int) -> None:
    images = pictures(300, 4, 4, channels) * np.linspace(0.2, 1.0, channels, dtype="float32") + 0.1
    others = pictures(9, 4, 4, channels)
    for settings_of in (
        {"featurewise_center": True},
        {"featurewise_center": True, "featurewise_std_normalization": True},
        {"featurewise_center": True, "zca_whitening": True},
    ):
        generator = image_data_generator(**settings_of)
        generator.fit(images)
        augmenter = Augmenter(Augmentation(**settings_of), images, 0)  # type: ignore[arg-type]
        made = augmenter.standardize(others)
        # Whitening adds a millionth to every variance, of which the least is some thousandths here.
        np.testing.assert_allclose(made, generator.standardize(np.copy(others)), rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(np.asarray(augmenter.apply(others, augmenter.draw(0, 9))), made, atol=1e-5)


def test_whitened_training_images_are_uncorrelated_and_a_constant_pixel_does_no_harm() -> None:
    images = pictures(400, 4, 4)
    images[:, 1] = images[:, 0] * 0.5 + images[:, 1] * 0.5
    images[:, 3, 3] = 0.0
    augmenter = Augmenter(Augmentation(zca_whitening=True), images, 0)
    flat = augmenter.standardize(images).reshape(400, -1)
    np.testing.assert_allclose((flat.T @ flat / 400)[:15, :15], np.eye(15), atol=0.01)
    strange = images.copy()
    strange[:, 3, 3] = 1.0
    assert np.abs(augmenter.standardize(strange)).max() < 2000


def test_a_setting_may_imply_another() -> None:
    images = pictures(50, 4, 4)
    deviation = Augmenter(Augmentation(featurewise_std_normalization=True), images, 0).standardize(images)
    assert abs(deviation.mean()) < 1e-4
    assert deviation.std() == pytest.approx(1.0, abs=1e-3)
    whitening = Augmentation(zca_whitening=True)
    both = Augmentation(zca_whitening=True, featurewise_std_normalization=True)
    np.testing.assert_array_equal(
        Augmenter(both, images, 0).standardize(images), Augmenter(whitening, images, 0).standardize(images)
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rotation_range": -1}, "rotation_range=-1 is negative"),
        ({"zoom_range": 1.0}, "zoom_range=1.0 allows factors from 0 to 2"),
        ({"zoom_range": (1.2, 0.8)}, "allows factors from 1.2 to 0.8"),
        ({"brightness_range": (1.5, 0.5)}, "no range of factors"),
        ({"fill_mode": "mirror"}, "fill_mode='mirror' is not known"),
    ],
)
def test_what_makes_no_sense_is_refused(values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Augmentation(**values)


def test_only_images_are_augmented() -> None:
    with pytest.raises(ValueError, match=r"not \(5, 3\)"):
        Augmenter(Augmentation(), np.zeros((5, 3)), 0)
