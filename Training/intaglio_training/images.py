"""Folders of images, prepared as timm and Intaglio prepare them."""

import os
from typing import NamedTuple

import torch
from PIL import Image
from timm.data import create_transform

ENDINGS = (".png", ".jpg", ".jpeg")
PREPARATION = ("input_size", "mean", "std", "crop_pct", "crop_mode", "interpolation")


class Folder(NamedTuple):
    """Paths in the order in which Intaglio takes them, and the class of each, if there are any."""

    paths: list
    labels: list | None
    classes: list | None

    def spread(self, count):
        """At most `count` of the images, evenly from the whole."""
        count = min(count, len(self.paths))
        chosen = [index * len(self.paths) // count for index in range(count)]
        labels = self.labels and [self.labels[index] for index in chosen]
        return Folder([self.paths[index] for index in chosen], labels, self.classes)

    def linked(self, folder):
        """A folder of links to the images, a folder per class where there are classes."""
        for number, path in enumerate(self.paths):
            name = f"{number:06}{os.path.splitext(path)[1]}"
            parts = [self.classes[self.labels[number]], name] if self.labels else [name]
            link = os.path.join(folder, *parts)
            os.makedirs(os.path.dirname(link), exist_ok=True)
            os.symlink(os.path.abspath(path), link)
        return folder


def find_images(folder, class_names=None):
    """The images of a folder: one folder per class, or images alone, which have no labels.

    `class_names`: the model's, in the order of its logits; the names of folders have to be among
    them. Without them the folders are the classes, in the order of their names."""
    folders = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    if not folders:
        paths = _images(folder)
        if not paths:
            raise FileNotFoundError(f"{folder}: holds no PNG or JPEG")
        return Folder(paths, None, class_names)
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
    return Folder(paths, labels, names)


def parts(folder):
    """The folders to train and to check on: its train and test (or val), where it has them."""
    train = os.path.join(folder, "train")
    held = [os.path.join(folder, name) for name in ("test", "val")]
    held = [path for path in held if os.path.isdir(path)]
    train = train if os.path.isdir(train) else folder
    return train, held[0] if held else train


def preparation(settings, model):
    """How an image becomes the model's input: what the settings say, else timm's own."""
    own = getattr(model, "pretrained_cfg", None) or {}
    result = {key: settings.get(key, own.get(key)) for key in PREPARATION}
    result = {key: value for key, value in result.items() if value is not None}
    for key in ("input_size", "mean", "std"):
        if key not in result:
            raise ValueError(f'"{key}" is missing: state it in the JSON of the model')
        result[key] = list(result[key])
    return {"crop_pct": 1.0, "interpolation": "bicubic", **result}


def read_images(paths, preparation):
    """Normalised images [n, channels, height, width]."""
    transform = create_transform(
        tuple(preparation["input_size"]),
        is_training=False,
        interpolation=preparation["interpolation"],
        mean=preparation["mean"],
        std=preparation["std"],
        crop_pct=preparation["crop_pct"],
        crop_mode=preparation.get("crop_mode"),
    )
    mode = "L" if preparation["input_size"][0] == 1 else "RGB"
    images = []
    for path in paths:
        with Image.open(path) as image:
            images.append(transform(image.convert(mode)))
    return torch.stack(images)


def _images(folder):
    names = sorted(name for name in os.listdir(folder) if name.lower().endswith(ENDINGS))
    return [os.path.join(folder, name) for name in names]
