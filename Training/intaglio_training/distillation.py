"""Training of a quantized graph to agree with the float model that it was made from."""

import math
import os
from typing import NamedTuple

import torch
from torch.nn import functional

from .lessons import Progress
from .parts import Shift, Step, Weight


class Recipe(NamedTuple):
    """`rate`: how far a weight moves a step at most, in units of its codes; scales and constants
    move by `rate` / `slow` of themselves. `warm_up`: share of the steps in which activations learn
    alone. `features`: weight of the residual streams in the loss; `labels`: that of the labels."""

    epochs: int = 10
    rate: float = 0.015
    slow: float = 15.0
    batch: int = 16
    warm_up: float = 0.05
    features: float = 0.5
    labels: float = 0.1
    zoom: float = 0.7
    steps: int | None = None
    seed: int = 7


class Distillation:
    """`student`: a GraphModel with quantizers; `teacher`: the float one; `images`: an ImageSet.

    Deterministic by seed: what a step does depends on its number alone, so a training that goes on
    from a saved state equals one that was not interrupted."""

    def __init__(self, student, teacher, images, preprocessing, recipe, say=None):
        self.student, self.teacher, self.images = student, teacher, images
        self.preprocessing, self.recipe = preprocessing, recipe
        self.taps = [name for name in student.residuals() if name in set(teacher.residuals())]
        self.per_epoch = max(len(images) // recipe.batch, 1)
        self.steps = recipe.epochs * self.per_epoch
        if recipe.steps is not None:
            self.steps = min(self.steps, recipe.steps)
        self.step = 0
        self.optimizer = make_optimizer(student, recipe)
        self.progress = Progress(self.steps, recipe.batch, every=max(self.steps // 20, 1), say=say)
        self.run_student, self.run_teacher = student, teacher

    def compile(self):
        """Compiles both models: minutes at first, then twice as fast. Needs a C++ compiler."""
        self.run_student = torch.compile(self.student)
        self.run_teacher = torch.compile(self.teacher)

    def run(self, keep=None):
        """Trains until the last step; `keep` is called after every step."""
        self.student.train()
        self.teacher.eval()
        while self.step < self.steps:
            loss = self.train_step()
            self.progress.note(loss, self.student)
            if keep:
                keep(self)
        self.student.eval()

    def train_step(self):
        recipe = self.recipe
        random = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        chosen = self.batch()
        device = device_of(self.student)
        images = varied(self.images.read(chosen, self.preprocessing), recipe.zoom, random)
        images = images.to(device)
        labels = None
        if self.images.labels:
            labels = torch.tensor([self.images.labels[place] for place in chosen], device=device)
        self.set_rates()
        loss = self.loss(images, labels)
        self.student.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        keep_in_range(self.student)
        self.step += 1
        return loss.item()

    def batch(self):
        """The images of this step: each epoch has an order of its own."""
        epoch, place = divmod(self.step, self.per_epoch)
        random = torch.Generator().manual_seed(self.recipe.seed * 999_983 + epoch)
        order = torch.randperm(len(self.images), generator=random).tolist()
        return order[place * self.recipe.batch : (place + 1) * self.recipe.batch]

    def loss(self, images, labels):
        recipe = self.recipe
        with torch.no_grad():
            target, expected = self.run_teacher(images, self.taps)
        logits, found = self.run_student(images, self.taps)
        answers = logits.log_softmax(-1)
        divergence = functional.kl_div(
            answers, target.log_softmax(-1), log_target=True, reduction="batchmean"
        )
        apart = [distance(found[name], expected[name]) for name in self.taps]
        loss = divergence + recipe.features * sum(apart) / max(len(apart), 1)
        if labels is not None and recipe.labels:
            loss = loss + recipe.labels * functional.nll_loss(answers, labels)
        return loss

    def set_rates(self):
        """A linear warm-up, then a cosine to zero; weights begin later than the rest."""
        for group in self.optimizer.param_groups:
            begin = self.recipe.warm_up if group["waits"] else 0.0
            group["lr"] = group["peak"] * schedule(self.step / self.steps, begin)

    # Interruption

    def state(self):
        return {
            "step": self.step,
            "history": self.progress.history,
            "student": self.student.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "recipe": self.recipe._asdict(),
        }

    def resume(self, state):
        if state["recipe"] != self.recipe._asdict():
            raise ValueError("the saved training has another recipe; name another output folder")
        self.student.load_state_dict(state["student"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = self.progress.step = state["step"]
        self.progress.history = state["history"]


def divergence(logits, expected):
    """Mean Kullback-Leibler divergence of the answers from the expected ones, nats."""
    answers, target = logits.log_softmax(-1), expected.log_softmax(-1)
    return functional.kl_div(answers, target, log_target=True, reduction="batchmean").item()


def distance(found, expected):
    """Mean square of the difference of two streams, each channel in units of its own deviation."""
    channels = expected.flatten(0, -2)
    unit = channels.var(0) + 1e-6
    return ((found - expected).square() / unit).mean()


def schedule(place, begin, warm=0.05):
    """Share of the peak rate at `place` of a training that starts at `begin`."""
    if place < begin:
        return 0.0
    place = (place - begin) / (1 - begin)
    return min(1.0, (place + 1e-3) / warm) * (0.5 + 0.5 * math.cos(math.pi * place))


def make_optimizer(student, recipe):
    weights, rest = [], []
    for part in student.parts.values():
        if isinstance(part, Weight) and part.places.requires_grad:
            weights.append(part.places)
            rest.append(part.gain)
        elif isinstance(part, Step):
            rest.append(part.gain)
        elif isinstance(part, Shift):
            rest.append(part.move)
    groups = [
        {"params": weights, "peak": recipe.rate, "waits": True},
        {"params": rest, "peak": recipe.rate / recipe.slow, "waits": False},
    ]
    return torch.optim.Adam(groups, lr=recipe.rate, betas=(0.9, 0.98))


@torch.no_grad()
def keep_in_range(student):
    """Weights beyond the last code would pass no gradient and never come back."""
    for part in student.parts.values():
        if isinstance(part, Weight) and part.places.requires_grad:
            lowest, highest = part.range
            part.places.clamp_(lowest - 0.4, highest + 0.4)


def varied(images, zoom, random):
    """Each image mirrored or not, and a part of it enlarged: from `zoom` of its sides to all."""
    count = len(images)
    mirror = torch.where(torch.rand(count, generator=random) < 0.5, -1.0, 1.0)
    size = zoom + (1 - zoom) * torch.rand(count, generator=random)
    place = (torch.rand(count, 2, generator=random) * 2 - 1) * (1 - size)[:, None]
    turn = torch.zeros(count, 2, 3)
    turn[:, 0, 0], turn[:, 1, 1], turn[:, :, 2] = size * mirror, size, place
    grid = functional.affine_grid(turn, images.shape, align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


@torch.no_grad()
def logits(model, images, preprocessing, batch=32):
    """[n, classes] of an ImageSet."""
    model.eval()
    places, device = range(len(images)), device_of(model)
    return torch.cat(
        [
            model(images.read(list(places[start : start + batch]), preprocessing).to(device)).cpu()
            for start in range(0, len(images), batch)
        ]
    )


def device_of(model):
    return next(model.buffers(), torch.empty(0)).device


def save_state(training, path):
    """Writes the state, whole or not at all."""
    torch.save(training.state(), path + ".unfinished")
    os.replace(path + ".unfinished", path)
