"""Reads and runs the integer ONNX files of `intaglio export`, with numpy alone.

Only what such a file holds: the operators of `OPERATORS`, as the standard says. An integer division
truncates, a product of codes is summed in 64 bits.
"""

import functools
import struct

import numpy as np

TYPES = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2", 11: "<f8"}


def fields(data):
    """(number, value) for each field of a protobuf message; a value is an int or bytes."""
    place = 0

    def varint():
        nonlocal place
        value = shift = 0
        while True:
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(data):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value = bytes(data[place : place + size])
            place += size
        yield tag >> 3, value


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def varints(value):
    """A repeated integer, packed or a single one."""
    if isinstance(value, int):
        return [signed(value)]
    found, number, shift = [], 0, 0
    for byte in value:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(signed(number))
            number = shift = 0
    return found


def tensor(data):
    """(name, array) of a TensorProto with raw data."""
    name, shape, kind, raw = "", [], None, b""
    for number, value in fields(data):
        if number == 1:
            shape += varints(value)
        elif number == 2:
            kind = value
        elif number == 8:
            name = value.decode()
        elif number == 9:
            raw = value
    return name, np.frombuffer(raw, dtype=TYPES[kind]).reshape(shape)


class Node:
    def __init__(self, data):
        self.inputs, self.outputs, self.kind, self.attributes = [], [], "", {}
        for number, value in fields(data):
            if number == 1:
                self.inputs.append(value.decode())
            elif number == 2:
                self.outputs.append(value.decode())
            elif number == 4:
                self.kind = value.decode()
            elif number == 5:
                self.attribute(value)

    def attribute(self, data):
        name, found = "", None
        for number, value in fields(data):
            if number == 1:
                name = value.decode()
            elif number == 2:
                found = struct.unpack("<f", value)[0]
            elif number == 3:
                found = signed(value)
            elif number == 4:
                found = value
            elif number == 5:
                found = tensor(value)[1]
            elif number == 8:
                found = (found or []) + varints(value)
        self.attributes[name] = found


def divide(a, b):
    if a.dtype.kind == "f":
        return a / b
    quotient = np.abs(a) // np.abs(b)
    return np.where((a < 0) != (b < 0), -quotient, quotient).astype(a.dtype)


def cast(node, x):
    return x.astype(TYPES[node.attributes["to"]])


def gather(node, data, index):
    return np.take(data, index, axis=node.attributes.get("axis", 0))


def reduced(function):
    def run(node, data, axes=None):
        axis = None if axes is None else tuple(int(a) for a in axes)
        keep = bool(node.attributes.get("keepdims", 1))
        return function(data, axis=axis, keepdims=keep).astype(data.dtype)

    return run


def matrix_product(node, a, b, *zero_points):
    wide = [x.astype(np.int64) for x in (a, b)]
    for side, zero in enumerate(zero_points):
        # A zero point per row of A has an axis of its own.
        zero = zero.astype(np.int64)
        wide[side] = wide[side] - (zero[..., None] if side == 0 and zero.ndim else zero)
    product = np.matmul(*wide)
    assert np.abs(product).max(initial=0) < 1 << 31, "a product of codes beyond 32 bits"
    return product.astype(np.int32)


def sliced(node, data, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    index = [slice(None)] * data.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps):
        index[int(axis)] = slice(int(start), int(end), int(step))
    return data[tuple(index)]


def remainder(node, a, b):
    return np.fmod(a, b) if node.attributes.get("fmod") else np.mod(a, b)


def reshape(node, data, shape):
    shape = [data.shape[i] if n == 0 else int(n) for i, n in enumerate(shape)]
    return data.reshape(shape)


def clip(node, x, low=None, high=None):
    if low is not None:
        x = np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


OPERATORS = {
    "Add": lambda node, a, b: a + b,
    "Sub": lambda node, a, b: a - b,
    "Mul": lambda node, a, b: a * b,
    "Div": lambda node, a, b: divide(a, b),
    "Mod": remainder,
    "Abs": lambda node, x: np.abs(x),
    "Sign": lambda node, x: np.sign(x),
    "Min": lambda node, *x: functools.reduce(np.minimum, x),
    "Max": lambda node, *x: functools.reduce(np.maximum, x),
    "Clip": clip,
    "Round": lambda node, x: np.rint(x),
    "Less": lambda node, a, b: a < b,
    "Equal": lambda node, a, b: a == b,
    "GreaterOrEqual": lambda node, a, b: a >= b,
    "Where": lambda node, c, a, b: np.where(c, a, b),
    "Cast": cast,
    "Identity": lambda node, x: x,
    "Gather": gather,
    "ReduceSum": reduced(np.sum),
    "ReduceMax": reduced(np.max),
    "MatMulInteger": matrix_product,
    "Reshape": reshape,
    "Transpose": lambda node, x: np.transpose(x, node.attributes.get("perm")),
    "Slice": sliced,
    "Concat": lambda node, *x: np.concatenate(x, axis=node.attributes["axis"]),
}


class Model:
    """The graph of a file: nodes in the order in which they run, constants by name."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        graph = next(value for number, value in fields(data) if number == 7)
        self.nodes = [Node(value) for number, value in fields(graph) if number == 1]
        self.constants = dict(tensor(value) for number, value in fields(graph) if number == 5)
        self.shapes = dict(self.shape(value) for number, value in fields(graph) if number == 11)
        self.maker = {name: node for node in self.nodes for name in node.outputs}
        unknown = sorted({node.kind for node in self.nodes} - set(OPERATORS))
        if unknown:
            raise SystemExit(f"{path}: operators that no integer file has: {', '.join(unknown)}")

    @staticmethod
    def shape(data):
        """(name, extents) of a graph's input."""
        name, extents = "", []
        for number, value in fields(data):
            if number == 1:
                name = value.decode()
            elif number == 2:
                kind = next(v for n, v in fields(value) if n == 1)
                shape = next(v for n, v in fields(kind) if n == 2)
                sizes = [dict(fields(v)) for n, v in fields(shape) if n == 1]
                extents = [size.get(1, 1) for size in sizes]
        return name, extents

    def run(self, known, wanted):
        """The tensors `wanted`, where those of `known` (by name) are given."""
        values = dict(known)
        needed, order, open_names = set(values), [], list(wanted)
        while open_names:
            name = open_names.pop()
            if name in needed or name in self.constants or name == "":
                continue
            if name not in self.maker:
                raise SystemExit(f"{name}: no tensor of that name")
            needed.update(self.maker[name].outputs)
            order.append(self.maker[name])
            open_names += self.maker[name].inputs
        chosen = set(map(id, order))
        for node in self.nodes:
            if id(node) not in chosen:
                continue
            operands = [
                self.constants[x] if x in self.constants else values.get(x) for x in node.inputs
            ]
            values[node.outputs[0]] = OPERATORS[node.kind](node, *operands)
        return [values[name] for name in wanted]
