"""What the surface model learns beside the class of an image: where its defect lies."""

from typing import NamedTuple

import torch
from torch.nn import functional

from intaglio_training import lessons


class Examples(NamedTuple):
    """Normalised images [n, 1, 64, 64], labels [n], and the label of each patch [n, 8, 8]: that of
    the image where the defect shows, else 0 (flawless)."""

    images: torch.Tensor
    labels: torch.Tensor
    patches: torch.Tensor

    def part(self, selection):
        return Examples(*(tensor[selection] for tensor in self))


def train(model, examples, held, plan, targets=None):
    """`lessons.train` on images turned and mirrored at random."""
    progress = lessons.Progress(lessons.step_count(examples, plan), plan.batch, held)
    lessons.train(model, examples, plan, objective, turned, targets, progress)


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


def turned(batch):
    """The batch after one random symmetry of the square; no class minds."""
    quarter_turns = int(torch.randint(4, ()))
    mirror = bool(torch.randint(2, ()))

    def turn(tensor):
        tensor = torch.rot90(tensor, quarter_turns, (-2, -1))
        return (tensor.flip(-1) if mirror else tensor).contiguous()

    return Examples(turn(batch.images), batch.labels, turn(batch.patches))
