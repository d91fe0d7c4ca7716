"""Packed models: the graph of a model in one safetensors file (Docs/Formats.md).

Only the graph before its operations are reordered is of use here: quantizers, dequantizers and real
operations. Numbers stay exact: a scale is a row of Fractions until someone asks for floats.
"""

import json
import os
import zlib
from fractions import Fraction

import numpy as np
from safetensors import safe_open

VERSION = 1
ALIGNMENT = 64
PROGRAM, DESCRIPTION = "intaglio.program", "intaglio.description"


class FormatError(ValueError):
    """A file that is no packed model, or one that this version does not know."""


class PackedModel:
    """`nodes`: the records of the program, operands by position; `outputs`: name to position;
    `description`: name, classes, preprocessing; `tensors`: arrays as they are stored."""

    def __init__(self, nodes, outputs, description, tensors, bounds=None):
        self.nodes, self.outputs, self.description = nodes, outputs, description
        self.tensors, self.bounds = tensors, bounds

    @classmethod
    def read(cls, path):
        with safe_open(path, "np") as file:
            metadata = file.metadata() or {}
            version = metadata.get("intaglio.version")
            if version is None:
                raise FormatError(f"{path}: not a packed model; 'intaglio pack' makes one")
            if version != str(VERSION):
                raise FormatError(f"{path}: version {version}, this package knows {VERSION}")
            program = json.loads(metadata[PROGRAM])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        tensors = {name: array for name, array in tensors.items() if not name.startswith("__plan.")}
        outputs = {output["name"]: output["of"] for output in program["outputs"]}
        description = json.loads(metadata[DESCRIPTION])
        return cls(program["nodes"], outputs, description, tensors, program.get("bounds"))

    def write(self, path, generator):
        """Writes the file, whole or not at all."""
        program = {
            "nodes": self.nodes,
            "outputs": [{"name": name, "of": place} for name, place in self.outputs.items()],
        }
        if self.bounds:
            program["bounds"] = self.bounds
        texts = [compact(program), compact(self.description)]
        used = sorted(self.named_tensors(), key=lambda name: name.encode())
        checksum = 0
        for text in texts:
            checksum = zlib.crc32(text.encode(), checksum)
        for name in used:
            checksum = zlib.crc32(np.ascontiguousarray(self.tensors[name]).tobytes(), checksum)
        metadata = {
            "intaglio.version": str(VERSION),
            PROGRAM: texts[0],
            DESCRIPTION: texts[1],
            "intaglio.checksum": f"{checksum:08x}",
            "generator": generator,
        }
        write_safetensors(path, {name: self.tensors[name] for name in used}, metadata)

    def named_tensors(self):
        """The names of the tensors that the nodes use."""
        names = set()
        for node in self.nodes:
            collect_tensors(node, names)
        return names

    # Numbers

    def integers(self, record, shape=None):
        """Integers of an attribute: one number, or an array [shape]."""
        if isinstance(record, int):
            return np.int64(record)
        if isinstance(record, list):
            return np.array(record, np.int64)
        shape = record.get("shape", shape)
        return unpacked(self.tensors[record["tensor"]], record["element"], shape)

    def fractions(self, record):
        """Exact numbers of a scale: their shape and a list of Fractions."""
        if isinstance(record, str):
            return (), [fraction(record)]
        if "values" in record:
            return tuple(record["shape"]), [fraction(text) for text in record["values"].split(" ")]
        factor = fraction(record["factor"])
        values = self.tensors[record["tensor"]].reshape(-1).tolist()
        return tuple(record["shape"]), [factor * Fraction(value) for value in values]

    def floats(self, record):
        """The numbers of a scale, float64, nearest to the exact ones."""
        shape, values = self.fractions(record)
        return np.array([float(value) for value in values], np.float64).reshape(shape)

    def constant(self, node):
        """The array of a constant: int64 codes, or float32 or float64."""
        array = self.tensors[node["tensor"]]
        if node["element"] == "real":
            return array
        return unpacked(array, node["element"], node["shape"])

    # Changes, in the nodes' own form

    def set_floats(self, place, attribute, values):
        """Scales or offsets of the node at `place`: float32 numbers, each exactly."""
        node, values = self.nodes[place], np.asarray(values, np.float32)
        if values.size == 1:
            node[attribute] = text(Fraction(values.item()))
        elif values.size < 8:
            node[attribute] = {
                "shape": list(values.shape),
                "values": " ".join(text(Fraction(value)) for value in values.reshape(-1).tolist()),
            }
        else:
            name = f"{place}/{node.get('name', node['op'])}/{attribute}"
            self.tensors[name] = values
            node[attribute] = {"shape": list(values.shape), "factor": "1", "tensor": name}

    def set_constant(self, place, values):
        """The numbers of the constant at `place`: reals as float32, or codes of its type."""
        node = self.nodes[place]
        name = f"{place}/{node.get('name', 'constant')}"
        if node["element"] == "real":
            self.tensors[name] = np.asarray(values, np.float32).reshape(node["shape"])
        else:
            self.tensors[name] = packed(np.asarray(values), node["element"])
        node["tensor"] = name


def live_nodes(nodes, outputs):
    """The positions of the nodes that the outputs need, in order; inputs always count."""
    wanted = set(outputs)
    for place in reversed(range(len(nodes))):
        if nodes[place]["op"] == "input":
            wanted.add(place)
        if place in wanted:
            wanted.update(nodes[place].get("of", []))
    return sorted(wanted)


def collect_tensors(record, names):
    """Adds the names of all tensors that a record mentions."""
    if isinstance(record, list):
        for part in record:
            collect_tensors(part, names)
    elif isinstance(record, dict):
        if isinstance(record.get("tensor"), str):
            names.add(record["tensor"])
        for part in record.values():
            collect_tensors(part, names)


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fraction(text):
    """n/d·2^e of "n/dpe", n and d in base 16."""
    ratio, _, exponent = text.partition("p")
    above, _, below = ratio.partition("/")
    value = Fraction(int(above, 16), int(below, 16) if below else 1)
    return value * Fraction(2) ** int(exponent or 0)


def text(value):
    """The one text of an exact number."""
    if value == 0:
        return "0"
    above, below, exponent = value.numerator, value.denominator, 0
    while above % 2 == 0:
        above, exponent = above // 2, exponent + 1
    while below % 2 == 0:
        below, exponent = below // 2, exponent - 1
    result = f"{above:x}" if above > 0 else f"-{-above:x}"
    if below != 1:
        result += f"/{below:x}"
    return result + (f"p{exponent}" if exponent else "")


def width(element):
    """Bits of an integer type such as "u4", and whether it is signed."""
    return int(element[1:]), element[0] == "i"


def code_range(element):
    """Lowest and highest code of an integer type."""
    bits, signed = width(element)
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def unpacked(array, element, shape):
    """int64 codes [shape] of a stored tensor: codes side by side, the first in the lowest bits."""
    bits, signed = width(element)
    if bits == 8 or bits > 16:
        return array.astype(np.int64).reshape(shape)
    count = int(np.prod(shape, dtype=np.int64))
    ones = np.unpackbits(array, count=count * bits, bitorder="little").reshape(count, bits)
    codes = ones.astype(np.int64) @ (1 << np.arange(bits, dtype=np.int64))
    if signed:
        codes -= (codes >> (bits - 1)) << bits
    return codes.reshape(shape)


def packed(codes, element):
    """The stored tensor of codes, the inverse of `unpacked`."""
    bits, signed = width(element)
    lowest, highest = code_range(element)
    if codes.min() < lowest or codes.max() > highest:
        raise ValueError(f"codes from {codes.min()} to {codes.max()} are not of type {element}")
    if bits == 8:
        return codes.astype(np.int8 if signed else np.uint8)
    if bits > 16:
        return codes.astype(np.int32)
    ones = codes.reshape(-1, 1).astype(np.int64) >> np.arange(bits) & 1
    return np.packbits(ones.astype(np.uint8).reshape(-1), bitorder="little")


def write_safetensors(path, tensors, metadata):
    """A safetensors file, whole or not at all. Equal arguments give equal bytes, which the
    library's own writer does not promise for metadata."""
    header, place = {"__metadata__": metadata}, 0
    # Wide elements first: every tensor begins at a multiple of its element's size.
    ordered = sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0].encode()))
    for name, array in ordered:
        kind, end = KINDS[array.dtype.str.lstrip("<|")], place + array.nbytes
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    unfinished = f"{path}.{os.getpid()}.unfinished"
    try:
        with open(unfinished, "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for _, array in ordered:
                file.write(np.ascontiguousarray(array).tobytes())
        os.replace(unfinished, path)
    except BaseException:
        if os.path.exists(unfinished):
            os.remove(unfinished)
        raise


KINDS = {"f4": "F32", "f8": "F64", "i1": "I8", "u1": "U8", "i4": "I32", "i8": "I64"}
