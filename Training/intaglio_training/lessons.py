"""The training loop that float and quantized models share."""

import math
import time
from typing import NamedTuple

import torch

from .muon import Muon
from .quantizers import keep_scales_positive


class Examples(NamedTuple):
    """Normalised images [n, channels, height, width] and labels [n].

    A training that has more to say about each image has a tuple of its own with these two, and
    `part`."""

    images: torch.Tensor
    labels: torch.Tensor

    def part(self, selection):
        return Examples(*(tensor[selection] for tensor in self))


class Plan(NamedTuple):
    """`rate`: peak learning rate of the matrices; the other parameters learn at `rate` / 2.
    `steps`: where to stop, should the epochs not have ended before."""

    epochs: int
    rate: float
    decay: float
    batch: int = 64
    settle: float = 0.0  # share of the steps, at the end, in full float32
    steps: int | None = None


def train(model, examples, plan, objective, vary, targets=None, progress=None):
    """Muon for matrices, Adam for the rest; linear warm-up, cosine decay.

    `objective`: loss of (model, batch, targets of the batch). `vary`: a batch to a random variant
    of it. `targets`: log-probabilities [n, classes] that a teacher gives the examples as they are.
    `progress`: is told each step's loss, as `Progress.note` is."""
    per_epoch = max(len(examples.images) // plan.batch, 1)
    steps = step_count(examples, plan)
    optimizers = make_optimizers(model, plan)
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedule(step, steps))
        for optimizer in optimizers
    ]
    model.train()
    for step in range(steps):
        place = step % per_epoch
        if place == 0:
            order = torch.randperm(len(examples.images))
        chosen = order[place * plan.batch : (place + 1) * plan.batch]
        batch = vary(examples.part(chosen))
        target = None if targets is None else targets[chosen]
        with torch.autocast("cpu", torch.bfloat16, enabled=step < steps * (1 - plan.settle)):
            loss = objective(model, batch, target)
        model.zero_grad()
        loss.backward()
        for optimizer, rate in zip(optimizers, schedules):
            optimizer.step()
            rate.step()
        keep_scales_positive(model)
        if progress:
            progress.note(loss.item(), model)
    model.eval()


def step_count(examples, plan):
    steps = plan.epochs * max(len(examples.images) // plan.batch, 1)
    return steps if plan.steps is None else min(steps, plan.steps)


def schedule(step, steps):
    warm_up = max(steps // 20, 1)
    return min((step + 1) / warm_up, 0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * step / steps)))


def make_optimizers(model, plan):
    """Scales learn slowly, in proportion to their size; zero points count codes and learn fast."""
    matrices, weight_scales, input_scales, zero_points, others = [], [], [], [], []
    for name, parameter in model.named_parameters():
        if name.endswith("act.alpha"):
            input_scales.append(parameter)
        elif name.endswith(".alpha"):
            weight_scales.append(parameter)
        elif name.endswith(".zero_point"):
            zero_points.append(parameter)
        elif parameter.dim() == 2 and "head" not in name:
            matrices.append(parameter)
        else:
            others.append(parameter)
    adam = [
        {"params": others},
        {"params": weight_scales, "lr": plan.rate / 10},
        {"params": input_scales, "lr": plan.rate / 4},
        {"params": zero_points, "lr": plan.rate * 2},
    ]
    return (
        Muon(matrices, lr=plan.rate, weight_decay=plan.decay),
        torch.optim.Adam(adam, lr=plan.rate / 2, betas=(0.9, 0.98)),
    )


class Progress:
    """Says the mean loss, the accuracy on the `held` examples, if any, and the speed of training.

    `say`: is given each line; `history` keeps the numbers."""

    def __init__(self, steps, batch, held=None, every=150, say=None):
        self.steps, self.batch, self.held, self.every = steps, batch, held, every
        self.say = say or (lambda line: print(line, flush=True))
        self.step = 0
        self.loss = 0.0
        self.start = time.time()
        self.history = []

    def note(self, loss, model):
        self.step += 1
        self.loss += (loss - self.loss) * max(0.02, 1 / self.step)
        if self.step % self.every and self.step != self.steps:
            return
        elapsed = time.time() - self.start
        entry = {"step": self.step, "loss": self.loss}
        line = f"step {self.step}/{self.steps} loss {self.loss:.4f}"
        if self.held is not None:
            entry["validation"] = accuracy(model, self.held)
            model.train()
            line += f" validation {entry['validation']:.4f}"
        self.history.append(entry)
        self.say(f"{line} {elapsed:.0f} s {self.step * self.batch / elapsed:.1f} images/s")


def accuracy(model, examples):
    """Share of right answers, of the exact quantized arithmetic where the quantizers are on."""
    return (answers(model, examples).argmax(-1) == examples.labels).double().mean().item()


@torch.no_grad()
def answers(model, examples, batch=250):
    """Log-probabilities [n, classes], in the precision of the model."""
    return logits(model, examples.images, batch).log_softmax(-1)


@torch.no_grad()
def logits(model, images, batch=250):
    """[n, classes], in the precision of the model."""
    model.eval()
    dtype = model.cls_token.dtype
    return torch.cat([model(part.to(dtype)) for part in images.split(batch)])
