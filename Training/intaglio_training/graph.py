"""The graph of a packed model as a module of PyTorch, with what can be trained in it as parameters.

Values that depend on the images have an axis for images in front of the dimensions that the graph
states. Codes are floats that hold integers; gradients pass straight through the rounding.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .packed import FormatError, code_range, live_nodes
from .parts import Fixed, Shift, Step, Weight, nothing
from .straight_through import codes_of, looked_up, slopes

UNARY = {
    "negate": torch.neg,
    "abs": torch.abs,
    "reciprocal": torch.reciprocal,
    # The bound keeps the gradient finite where an exponential in front has vanished.
    "sqrt": lambda x: x.clamp_min(1e-30).sqrt(),
    "exp": torch.exp,
    "log": torch.log,
    "erf": torch.erf,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": functional.relu,
    "gelu": functional.gelu,
    "gelu-tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "silu": functional.silu,
    "hard-swish": functional.hardswish,
    "softmax": lambda x: x.softmax(-1),
    "row-exponential": lambda x: (x - x.amax(-1, keepdim=True)).exp(),
}
BINARY = {
    "add": torch.add,
    "subtract": torch.sub,
    "multiply": torch.mul,
    "divide": torch.div,
    "matmul": torch.matmul,
}


class GraphModel(nn.Module):
    """A packed model that can be run and, where it has quantizers, trained.

    Trained are the codes of weights and their scales, the scales of quantizers but those of pixels,
    of softmax and in front of levels, and the constants that are added or belong to a LayerNorm.
    The rest stays what it is, so that what is trained is what Intaglio can move exactly."""

    def __init__(self, packed, trained=True):
        super().__init__()
        self.packed, self.nodes = packed, packed.nodes
        self.live = live_nodes(packed.nodes, packed.outputs.values())
        self.operands = {place: self.nodes[place].get("of", []) for place in self.live}
        self.readers = {place: [] for place in self.live}
        for place in self.live:
            for operand in self.operands[place]:
                self.readers[operand].append(place)
        self.input = self._only_input()
        self.logits = self._logits()
        self.parts = nn.ModuleDict()
        self.trained = trained
        self.depends, self.ranks = {self.input}, {}
        for place in self.live:
            if self.depends.intersection(self.operands[place]):
                self.depends.add(place)
            self.ranks[place] = self._rank(place)
        self.steps = {place: self._step(place) for place in self.live if place != self.input}
        self.order = [place for place in self.live if place in self.steps]

    def _only_input(self):
        inputs = [place for place in self.live if self.nodes[place]["op"] == "input"]
        if len(inputs) != 1:
            raise FormatError(f"a model with one input is needed, not {len(inputs)}")
        shape = self.nodes[inputs[0]]["shape"]
        if shape[0] != 1:
            raise FormatError(f"a model of one image at a time is needed, not of {shape[0]}")
        return inputs[0]

    def _logits(self):
        outputs = self.packed.outputs
        name = self.packed.description.get("logits") or "logits"
        if name in outputs:
            return outputs[name]
        if len(outputs) != 1:
            raise FormatError(f"which output holds the logits among {', '.join(sorted(outputs))}?")
        return next(iter(outputs.values()))

    @property
    def classes(self):
        return self.packed.description.get("classNames")

    # Running

    def forward(self, images, taps=None):
        """Logits [n, classes] of images [n, channels, height, width]; with `taps`, names of nodes,
        also a dict of their values."""
        expected = self.nodes[self.input]["shape"][1:]
        if list(images.shape[1:]) != expected:
            found = list(images.shape[1:])
            raise ValueError(f"the model takes images of {expected}, not of {found}")
        places = {self.place(name): name for name in taps or ()}
        values, kept = {self.input: images[:, None]}, {}
        left = {place: len(readers) for place, readers in self.readers.items()}
        for place in self.order:
            values[place] = self.steps[place](
                *[values[operand] for operand in self.operands[place]]
            )
            if place in places:
                kept[places[place]] = values[place]
            for operand in self.operands[place]:
                left[operand] -= 1
                if not left[operand] and operand != self.logits:
                    values.pop(operand, None)
        logits = values[self.logits].flatten(1)
        return logits if taps is None else (logits, kept)

    def place(self, name):
        return next(place for place in self.live if self.nodes[place].get("name") == name)

    def residuals(self):
        """The names of the sums of two values that depend on the images: residual streams."""
        return [
            self.nodes[place]["name"]
            for place in self.live
            if self.nodes[place]["op"] == "add"
            and "name" in self.nodes[place]
            and all(operand in self.depends for operand in self.operands[place])
        ]

    # What each node does

    def _step(self, place):
        node = self.nodes[place]
        op = node["op"]
        make = getattr(self, "_make_" + op.replace("-", "_"), None)
        if make:
            return make(place, node)
        if op in UNARY:
            return UNARY[op]
        if op in BINARY:
            return self._aligned(place, BINARY[op])
        raise FormatError(f"{self.label(place)}: {op} cannot be trained")

    def label(self, place):
        return self.nodes[place].get("name") or f"node {place}"

    def _key(self, place, role):
        return f"{place}:{self.label(place)}:{role}".replace(".", "/")

    def _add(self, place, role, part):
        self.parts[self._key(place, role)] = part
        return part

    def _aligned(self, place, operation):
        """Where ranks differ, values of images get dimensions of 1 behind the images."""
        ranks = [self.ranks[operand] for operand in self.operands[place]]
        rank = max(ranks)
        missing = [
            rank - own if operand in self.depends else 0
            for own, operand in zip(ranks, self.operands[place])
        ]
        if not any(missing):
            return operation

        def run(*values):
            return operation(*(grown(value, by) for value, by in zip(values, missing)))

        return run

    def _rank(self, place):
        """How many dimensions the graph states."""
        node = self.nodes[place]
        if node["op"] in ("input", "constant", "reshape", "broadcast"):
            return len(node["shape"])
        return max(self.ranks[operand] for operand in self.operands[place])

    def _make_constant(self, place, node):
        value = self.packed.constant(node)
        if node["element"] != "real":
            codes = torch.tensor(value, dtype=torch.float32)
            return lambda: codes
        if self.trained and self._is_trained(place):
            return self._add(place, "constant", Shift(value))
        part = Fixed(value)
        self._add(place, "fixed", part)
        return part

    def _is_trained(self, place):
        """Constants that are added to what lies behind a quantizer, or belong to a LayerNorm."""
        for reader in self.readers[place]:
            op, operands = self.nodes[reader]["op"], self.operands[reader]
            if op in ("layer-norm", "rms-norm") and place != operands[0]:
                continue
            others = [operand for operand in operands if operand != place]
            if op == "add" and others and self._sees_codes(others[0]):
                # Of two constants in a row the second is enough.
                if not self._is_sum_of_constant(reader):
                    continue
            return False
        return True

    def _is_sum_of_constant(self, place):
        """Whether the sum at `place` only feeds another sum with a constant."""
        readers = self.readers[place]
        if len(readers) != 1 or self.nodes[readers[0]]["op"] != "add":
            return False
        return any(operand not in self.depends for operand in self.operands[readers[0]])

    def _sees_codes(self, place):
        seen, left = set(), [place]
        while left:
            current = left.pop()
            if current in seen:
                continue
            seen.add(current)
            if self.nodes[current]["op"] == "quantize":
                return True
            left += self.operands[current]
        return False

    def _make_reshape(self, place, node):
        shape = node["shape"]
        if place in self.depends:
            return lambda x: x.reshape(len(x), *shape)
        return lambda x: x.reshape(shape)

    def _make_transpose(self, place, node):
        order = node["permutation"]
        if place in self.depends:
            order = [0, *(axis + 1 for axis in order)]
        return lambda x: x.permute(order)

    def _make_slice(self, place, node):
        axis = node["axis"] + (place in self.depends)
        return lambda x: x.narrow(axis, node["start"], node["count"])

    def _make_broadcast(self, place, node):
        shape = node["shape"]
        if place not in self.depends:
            return lambda x: x.expand(shape)
        missing = len(shape) - self.ranks[self.operands[place][0]]
        return lambda x: grown(x, missing).expand(len(x), *shape)

    def _make_concat(self, place, node):
        if place not in self.depends:
            return lambda *parts: torch.cat(parts, node["axis"])
        batched = [operand in self.depends for operand in self.operands[place]]

        def run(*parts):
            count = next(len(part) for part, depends in zip(parts, batched) if depends)
            whole = [
                part if depends else part.expand(count, *part.shape)
                for part, depends in zip(parts, batched)
            ]
            return torch.cat(whole, node["axis"] + 1)

        return run

    def _make_sum(self, place, node):
        axis = node["axis"] + (place in self.depends)
        return lambda x: x.sum(axis, keepdim=True)

    def _make_mean(self, place, node):
        axis = node["axis"] + (place in self.depends)
        return lambda x: x.mean(axis, keepdim=True)

    def _make_convolution(self, place, node):
        padding = node["padding"]
        half = len(padding) // 2
        if padding[:half] != padding[half:]:
            raise FormatError(f"{self.label(place)}: padding {padding} cannot be trained")

        def run(x, weight):
            y = functional.conv2d(
                x.flatten(0, 1), weight, None, node["strides"], padding[:half],
                node["dilations"], node["groups"],
            )  # fmt: skip
            return y.view(*x.shape[:2], *y.shape[1:])

        return run

    def _make_clip(self, place, node):
        lower, upper = float(node["lower"]), float(node["upper"])
        return lambda x: x.clamp(lower, upper)

    def _make_power(self, place, node):
        return lambda x: x.pow(node["exponent"])

    def _make_layer_norm(self, place, node):
        def run(x, weight, bias):
            if weight.dim() == 1 == bias.dim():
                return functional.layer_norm(x, x.shape[-1:], weight, bias, node["epsilon"])
            return functional.layer_norm(x, x.shape[-1:], eps=node["epsilon"]) * weight + bias

        return run

    def _make_rms_norm(self, place, node):
        def run(x, weight):
            return x * (x.square().mean(-1, keepdim=True) + node["epsilon"]).rsqrt() * weight

        return run

    # Codes

    def _make_quantize(self, place, node):
        lowest, highest = code_range(node["to"])
        before = node["placement"] == "beforeRounding"
        scale = self.packed.floats(node["scale"])
        step = zero = nothing
        if node["zeroPoint"] != 0:
            zero = self._add(place, "zero", Fixed(self.packed.integers(node["zeroPoint"])))
        if self.trained and self._has_trained_scale(place):
            step = self._add(place, "step", Step(scale))
        elif node["scale"] != "1":
            step = self._add(place, "fixed", Fixed(scale))
        return lambda x: codes_of(x, step(), zero(), lowest, highest, before)

    def _has_trained_scale(self, place):
        if self.packed.nodes[place]["scale"] == "1" or not self._sees_codes(
            self.operands[place][0]
        ):
            return False
        # Levels, and softmax relative to its row, mean what they mean at one scale.
        if self.packed.nodes[self.operands[place][0]]["op"] in ("row-exponential", "sqrt"):
            return False
        readers = self.readers[place]
        if not all(self.nodes[reader]["op"] == "dequantize" for reader in readers):
            return False
        return self.nodes[self.operands[place][0]]["op"] not in UNARY

    def _make_dequantize(self, place, node):
        source = self.operands[place][0]
        scale = self.packed.floats(node["scale"])
        plain = node["zeroPoint"] == 0 and node["offset"] == "0"
        if self.nodes[source]["op"] == "constant" and plain:
            element = self.nodes[source]["element"]
            codes = self.packed.constant(self.nodes[source])
            trained = self.trained and element != "u8"
            weight = self._add(place, "weight", Weight(codes, scale, element, trained))
            return lambda codes: weight()
        if plain and node["scale"] == "1":
            return lambda x: x
        step = self._shared_step(place) or self._add(place, "fixed", Fixed(scale))
        if plain:
            return lambda x: x * step()
        zero = self._add(place, "zero", Fixed(self.packed.integers(node["zeroPoint"])))
        offset = self._add(place, "offset", Fixed(self.packed.floats(node["offset"])))
        return lambda x: (x - zero()) * step() + offset()

    def _shared_step(self, place):
        """The trained scale of the quantizer in front, where this dequantizer has the same."""
        source = self.operands[place][0]
        key = self._key(source, "step")
        if key in self.parts and self.nodes[source]["scale"] == self.nodes[place]["scale"]:
            return self.parts[key]
        return None

    def _make_lookup(self, place, node):
        if "entries" not in node:
            table = stepped(self.packed, node)
        else:
            table = self.packed.integers(node["entries"], [2 ** int(node["index"][1:])])
        lowest = code_range(node["index"])[0]
        entries = self._add(place, "entries", Fixed(table))
        slope = self._add(place, "slopes", Fixed(slopes(table)))
        return lambda x: looked_up(x, entries(), slope(), lowest)

    # Back into the file

    @torch.no_grad()
    def store(self):
        """Writes what was trained into `packed`."""
        for key, part in self.parts.items():
            place, role = int(key.split(":")[0]), key.split(":")[-1]
            if role == "weight":
                self.packed.set_constant(self.operands[place][0], part.codes().cpu().numpy())
                self.packed.set_floats(place, "scale", part.scales().cpu().numpy())
            elif role == "step":
                values = part().cpu().numpy()
                shared = [
                    reader
                    for reader in self.readers[place]
                    if self.nodes[reader]["scale"] == self.nodes[place]["scale"]
                    and self.nodes[reader]["scale"] != "1"
                ]
                for node in [place, *shared]:
                    self.packed.set_floats(node, "scale", values)
            elif role == "constant":
                self.packed.set_constant(place, part().cpu().numpy())


def grown(value, by):
    """Dimensions of 1 behind the images."""
    return value.reshape(len(value), *[1] * by, *value.shape[1:]) if by else value


def stepped(packed, node):
    """The entries of a lookup that is stored as the steps of one table."""
    tables = node["tables"]
    count = int(packed.integers(tables["counts"], [1]).reshape(-1)[0])
    thresholds = packed.integers(tables["thresholds"], [count])
    rises = packed.integers(tables["steps"], [count]) if "steps" in tables else np.ones(count, int)
    base = int(packed.integers(tables["bases"], [1]).reshape(-1)[0])
    lowest, highest = code_range(node["index"])
    index = np.arange(lowest, highest + 1)
    return base + (index[:, None] >= thresholds[None]).astype(int) @ rises
