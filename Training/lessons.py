"""The training loop that the float and the quantized phase share."""

import math
import time
from typing import NamedTuple

import torch
from torch.nn import functional

from muon import Muon
from quantizers import keep_scales_positive


class Examples(NamedTuple):
    """Normalised images [n, 1, 64, 64], labels [n], and the label of each patch [n, 8, 8]: that of
    the image where the defect shows, else 0 (flawless)."""

    images: torch.Tensor
    labels: torch.Tensor
    patches: torch.Tensor

    def part(self, selection):
        return Examples(*(tensor[selection] for tensor in self))


class Plan(NamedTuple):
    """`rate`: peak learning rate of the matrices; the other parameters learn at `rate` / 2."""

    epochs: int
    rate: float
    decay: float
    batch: int = 64
    settle: float = 0.0  # share of the steps, at the end, in full float32


def train(model, examples, held, plan, targets=None):
    """Muon for matrices, Adam for the rest; linear warm-up, cosine decay; images turned and
    mirrored at random. Prints progress with the accuracy on the `held` examples.

    `targets`: log-probabilities [n, classes] that a teacher gives the examples as they are."""
    per_epoch = len(examples.labels) // plan.batch
    steps = plan.epochs * per_epoch
    optimizers = make_optimizers(model, plan)
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: schedule(step, steps))
        for optimizer in optimizers
    ]
    progress = Progress(steps, plan.batch)
    model.train()
    for step in range(steps):
        place = step % per_epoch
        if place == 0:
            order = torch.randperm(len(examples.labels))
        chosen = order[place * plan.batch : (place + 1) * plan.batch]
        batch = turned(examples.part(chosen))
        target = None if targets is None else targets[chosen]
        with torch.autocast("cpu", torch.bfloat16, enabled=step < steps * (1 - plan.settle)):
            loss = objective(model, batch, target)
        model.zero_grad()
        loss.backward()
        for optimizer, rate in zip(optimizers, schedules):
            optimizer.step()
            rate.step()
        keep_scales_positive(model)
        progress.note(loss.item(), model, held)
    model.eval()


def schedule(step, steps):
    warm_up = max(steps // 20, 1)
    return min((step + 1) / warm_up, 0.01 + 0.99 * (0.5 + 0.5 * math.cos(math.pi * step / steps)))


def objective(model, batch, target):
    """Cross-entropy of the image and of each patch; with a target, mostly divergence from it."""
    logits, patch_logits = model(batch.images, with_patches=True)
    logits = logits.float()
    loss = functional.cross_entropy(logits, batch.labels)
    by_patch = functional.cross_entropy(
        patch_logits.float().flatten(0, 1), batch.patches.flatten(), label_smoothing=0.02
    )
    if target is None:
        return loss + 2 * by_patch
    divergence = functional.kl_div(
        logits.log_softmax(-1), target, log_target=True, reduction="batchmean"
    )
    return 0.3 * loss + 0.7 * divergence + by_patch


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


def turned(batch):
    """The batch after one random symmetry of the square; no class minds."""
    quarter_turns = int(torch.randint(4, ()))
    mirror = bool(torch.randint(2, ()))

    def turn(tensor):
        tensor = torch.rot90(tensor, quarter_turns, (-2, -1))
        return (tensor.flip(-1) if mirror else tensor).contiguous()

    return Examples(turn(batch.images), batch.labels, turn(batch.patches))


class Progress:
    def __init__(self, steps, batch, every=150):
        self.steps, self.batch, self.every = steps, batch, every
        self.step = 0
        self.loss = 0.0
        self.start = time.time()

    def note(self, loss, model, held):
        self.step += 1
        self.loss += (loss - self.loss) * max(0.02, 1 / self.step)
        if self.step % self.every and self.step != self.steps:
            return
        elapsed = time.time() - self.start
        score = accuracy(model, held)
        model.train()
        print(
            f"step {self.step}/{self.steps} loss {self.loss:.4f} validation {score:.4f} "
            f"{elapsed:.0f} s {self.step * self.batch / elapsed:.0f} images/s",
            flush=True,
        )


def accuracy(model, examples):
    """Share of right answers, of the exact quantized arithmetic where the quantizers are on."""
    return (answers(model, examples).argmax(-1) == examples.labels).double().mean().item()


@torch.no_grad()
def answers(model, examples):
    """Log-probabilities [n, classes], in the precision of the model."""
    model.eval()
    dtype = model.cls_token.dtype
    logits = [model(x.to(dtype)) for x in examples.images.split(250)]
    return torch.cat(logits).log_softmax(-1)
