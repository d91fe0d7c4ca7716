"""Data sets of images, prepared as Intaglio prepares them."""

import gzip
import os

import numpy as np
import torch
from PIL import Image

ENDINGS = (".png", ".jpg", ".jpeg")
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
}
PREPROCESSING = {"channels", "resize", "crop", "interpolation", "mean", "std"}
# Prepared images of at most so many bytes stay in memory.
KEPT_BYTES = 2 << 30


class ImageSet:
    """`paths` of images, or `pixels` [n, height, width] of an IDX file; the class of each in
    `labels`, if it is known. Images come in the order in which Intaglio takes them."""

    def __init__(self, paths=None, pixels=None, labels=None, classes=None):
        self.paths, self.pixels, self.labels, self.classes = paths, pixels, labels, classes
        self.kept = None

    def __len__(self):
        return len(self.paths if self.pixels is None else self.pixels)

    def select(self, places):
        labels = self.labels and [self.labels[place] for place in places]
        if self.pixels is not None:
            return ImageSet(None, self.pixels[places], labels, self.classes)
        return ImageSet([self.paths[place] for place in places], None, labels, self.classes)

    def spread(self, count):
        """At most `count` of the images, evenly from the whole."""
        count = min(count, len(self))
        return self.select([index * len(self) // count for index in range(count)])

    def read(self, places, preprocessing):
        """Normalised images [n, channels, height, width]."""
        if self.kept is None and bytes_of(preprocessing) * len(self) <= KEPT_BYTES:
            self.kept = [None] * len(self)
        images = [self._kept_image(place, preprocessing) for place in places]
        for place, image in zip(places, images, strict=True):
            if image.shape != images[0].shape:
                raise ValueError(
                    f"{self.paths[place]}: becomes {list(image.shape)}, others "
                    f"{list(images[0].shape)}; state a crop in the model's settings"
                )
        return torch.stack(images)

    def _kept_image(self, place, preprocessing):
        if self.kept is None:
            return self._image(place, preprocessing)
        if self.kept[place] is None:
            self.kept[place] = self._image(place, preprocessing)
        return self.kept[place]

    def _image(self, place, preprocessing):
        if self.pixels is not None:
            return prepared(Image.fromarray(self.pixels[place]), preprocessing)
        with Image.open(self.paths[place]) as image:
            return prepared(image, preprocessing)

    def with_labels(self, labels):
        return ImageSet(self.paths, self.pixels, labels, self.classes)

    def linked(self, folder):
        """A folder of links to the images (of an IDX file: PNGs) in this order, with labels.csv
        where there are labels."""
        os.makedirs(folder)
        names = []
        for number in range(len(self)):
            ending = ".png" if self.paths is None else os.path.splitext(self.paths[number])[1]
            names.append(f"image{number:06}{ending}")
            link = os.path.join(folder, names[-1])
            if self.paths is None:
                Image.fromarray(self.pixels[number]).save(link)
            else:
                os.symlink(os.path.abspath(self.paths[number]), link)
        if self.labels:
            with open(os.path.join(folder, "labels.csv"), "w") as file:
                file.writelines(f"{name},{label}\n" for name, label in zip(names, self.labels))
        return folder


def bytes_of(preprocessing):
    """What a prepared image takes, where its size is stated."""
    size = preprocessing.get("crop") or preprocessing.get("resize") or {}
    side = size.get("shorterSide", 224)
    return 4 * preprocessing["channels"] * size.get("width", side) * size.get("height", side)


def require_classes(images, count, folder):
    """Raises ValueError where labels cannot be those of a model of `count` classes."""
    if not images.labels:
        return
    if images.classes and len(images.classes) != count:
        raise ValueError(
            f"{folder}: has {len(images.classes)} classes, the model {count}; "
            "name the model's classes in its settings (class_names)"
        )
    if max(images.labels) >= count:
        raise ValueError(f"{folder}: has class {max(images.labels)}, the model {count} classes")


def prepared(image, preprocessing):
    """PIL's image as Intaglio prepares it: [channels, height, width]."""
    unknown = set(preprocessing) - PREPROCESSING
    if unknown:
        raise ValueError(f"preprocessing has {sorted(unknown)[0]}, which is not known here")
    image = image.convert("L" if preprocessing["channels"] == 1 else "RGB")
    resize, crop = preprocessing.get("resize"), preprocessing.get("crop")
    if resize:
        size = resized(image.size, resize)
        if size != image.size:
            image = image.resize(size, FILTERS[preprocessing["interpolation"]])
    pixels = torch.from_numpy(np.array(image, np.float32))
    pixels = pixels.reshape(*pixels.shape[:2], -1).permute(2, 0, 1) / 255
    mean = torch.tensor(preprocessing["mean"], dtype=torch.float32).view(-1, 1, 1)
    std = torch.tensor(preprocessing["std"], dtype=torch.float32).view(-1, 1, 1)
    if crop:
        pixels = cropped(pixels, crop["height"], crop["width"])
    return (pixels - mean) / std


def resized(size, resize):
    """The width and height after `resize`."""
    if "shorterSide" not in resize:
        return resize["width"], resize["height"]
    (width, height), side = size, resize["shorterSide"]
    if width <= height:
        return side, int(side * height / width)
    return int(side * width / height), side


def cropped(pixels, height, width):
    """The middle; zeros around an image that is too small."""
    down, right = max(height - pixels.shape[1], 0), max(width - pixels.shape[2], 0)
    if down or right:
        around = (right // 2, right - right // 2, down // 2, down - down // 2)
        pixels = torch.nn.functional.pad(pixels, around)
    top = int(round((pixels.shape[1] - height) / 2.0))
    left = int(round((pixels.shape[2] - width) / 2.0))
    return pixels[:, top : top + height, left : left + width]


def find_images(folder, class_names=None, part="train"):
    """The images of a folder: IDX files, one folder per class, or images alone, without labels.

    `class_names`: the model's, in the order of its logits; the names of folders have to be among
    them. Without them the folders are the classes, in the order of their names."""
    if (found := find_idx(folder, part, class_names)) is not None:
        return found
    folders = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    if not folders:
        paths = _images(folder)
        if not paths:
            raise FileNotFoundError(f"{folder}: holds no PNG, JPEG or IDX file")
        return ImageSet(paths, None, None, class_names)
    names = list(class_names or folders)
    unknown = [name for name in folders if name not in names]
    if unknown:
        raise ValueError(f"{folder}: {unknown[0]} is no class of the model, which has {names}")
    paths, labels = [], []
    for name in folders:
        found = _images(os.path.join(folder, name))
        paths += found
        labels += [names.index(name)] * len(found)
    if not paths:
        raise FileNotFoundError(f"{folder}: its folders hold no PNG or JPEG")
    return ImageSet(paths, None, labels, names)


def find_idx(folder, part, class_names=None):
    """The IDX files of a part, `train` or `test`; None where there are none."""
    stem = {"train": "train", "test": "t10k"}[part]
    images = os.path.join(folder, f"{stem}-images-idx3-ubyte")
    if not any(os.path.exists(images + ending) for ending in ("", ".gz")):
        return None
    labels = read_idx(os.path.join(folder, f"{stem}-labels-idx1-ubyte")).tolist()
    return ImageSet(None, read_idx(images), labels, class_names)


def read_idx(path):
    """The bytes of an IDX file, in its shape; of PATH.gz where that is what is there."""
    is_packed = not os.path.exists(path) and os.path.exists(path + ".gz")
    with gzip.open(path + ".gz") if is_packed else open(path, "rb") as file:
        rank = file.read(4)[3]
        shape = np.frombuffer(file.read(4 * rank), ">u4").astype(int)
        return np.frombuffer(file.read(), np.uint8).reshape(shape).copy()


def parts(folder, class_names=None):
    """What to train and what to check on: the folder's train and test (or val) parts, where it has
    them, else the same images for both."""
    if (test := find_idx(folder, "test", class_names)) is not None:
        return find_images(folder, class_names), test
    train = os.path.join(folder, "train")
    held = [os.path.join(folder, name) for name in ("test", "val")]
    held = [path for path in held if os.path.isdir(path)]
    train = train if os.path.isdir(train) else folder
    training = find_images(train, class_names)
    return training, find_images(held[0], class_names) if held else training


def _images(folder):
    names = sorted(name for name in os.listdir(folder) if name.lower().endswith(ENDINGS))
    return [os.path.join(folder, name) for name in names]
