"""Writes RuntimeExamples+….swift: single nodes with ONNX Runtime's answers.

    python3 Tests/Scripts/operator_examples.py Tests/IntaglioImportTests/ONNX
    swift format format -i Tests/IntaglioImportTests/ONNX/RuntimeExamples+*.swift

Needs onnx and onnxruntime.
"""

import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper


def real(*shape, start=-3, step=1.25):
    """Numbers of both signs that are exact in binary."""
    count = int(np.prod(shape))
    return ((np.arange(count) * 7 % 11) * step + start).astype(np.float32).reshape(shape)


def ints(values, *shape):
    return np.array(values, np.int64).reshape(shape or np.shape(values))


IMAGE = real(1, 2, 5, 4)
# title, operator, opset, x, constants, attributes
COMPUTED = [
    ("a constant on both sides, and a crop", "Pad", 17, real(2, 3), [("p", ints([1, -1, 0, 2])), ("v", np.float32(9))], {}),
    ("named axes", "Pad", 18, real(2, 3), [("p", ints([1, 2])), None, ("a", ints([-1]))], {}),
    ("the edge", "Pad", 17, real(2, 3), [("p", ints([0, 2, 1, 0]))], dict(mode="edge")),
    ("a reflection", "Pad", 17, real(2, 4), [("p", ints([1, 3, 0, 2]))], dict(mode="reflect")),
    ("an attribute in old opsets", "Pad", 9, real(2, 3), [], dict(pads=[0, 1, 0, 0], value=2.0)),
    ("steps forwards", "Slice", 17, real(2, 7), [("s", ints([0])), ("e", ints([7])), ("a", ints([1])), ("t", ints([2]))], {}),
    ("steps with an offset", "Slice", 17, real(2, 8), [("s", ints([1])), ("e", ints([8])), ("a", ints([1])), ("t", ints([3]))], {}),
    ("steps backwards", "Slice", 17, real(2, 5), [("s", ints([-1])), ("e", ints([-9])), ("a", ints([1])), ("t", ints([-2]))], {}),
    ("far apart, twice and backwards", "Gather", 17, real(7, 2), [("i", ints([0, 3, 6, 2, 2, 2, 1, 0]))], {}),
    ("windows", "MaxPool", 17, IMAGE, [], dict(kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])),
    ("windows rounded up", "MaxPool", 17, IMAGE, [], dict(kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1)),
    ("windows with gaps", "MaxPool", 17, IMAGE, [], dict(kernel_shape=[2, 2], dilations=[2, 1], strides=[1, 2])),
    ("as large as the image", "MaxPool", 17, IMAGE, [], dict(kernel_shape=[3, 3], auto_pad="SAME_UPPER", strides=[2, 2])),
    ("windows without their padding", "AveragePool", 17, IMAGE, [], dict(kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1])),
    ("windows with their padding", "AveragePool", 17, IMAGE, [], dict(kernel_shape=[3, 3], strides=[2, 1], pads=[1, 1, 1, 1], count_include_pad=1)),
    ("windows side by side", "AveragePool", 17, real(1, 1, 5, 4), [], dict(kernel_shape=[2, 2], strides=[2, 2])),
    ("windows rounded up", "AveragePool", 19, IMAGE, [], dict(kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1)),
    ("whole images", "GlobalMaxPool", 17, IMAGE, [], {}),
    ("channels", "BatchNormalization", 17, IMAGE, [("g", np.float32([2, 0.5])), ("b", np.float32([1, -1])), ("m", np.float32([0.5, 1])), ("v", np.float32([4, 0.25]))], dict(epsilon=0.0625)),
    ("channels", "InstanceNormalization", 17, IMAGE, [("g", np.float32([2, 0.5])), ("b", np.float32([1, -1]))], {}),
    ("groups", "GroupNormalization", 21, real(1, 4, 3), [("g", np.float32([2, 0.5, 1, 3])), ("b", np.float32([1, -1, 0, 2]))], dict(num_groups=2)),
    ("the second axis", "LpNormalization", 17, real(2, 3), [], dict(axis=0, p=2)),
    ("magnitudes", "LpNormalization", 17, real(2, 3), [], dict(p=1)),
    ("largest, of an axis in the middle", "ReduceMax", 17, real(2, 5, 3), [], dict(axes=[1], keepdims=0)),
    ("largest, of the last axis", "ReduceMax", 17, real(2, 5), [], dict(axes=[1])),
    ("smallest", "ReduceMin", 17, real(2, 7), [], dict(axes=[1])),
    ("a root of squares", "ReduceL2", 17, real(2, 3), [], dict(axes=[1])),
    ("magnitudes", "ReduceL1", 17, real(2, 3), [], dict(axes=[0])),
    ("squares", "ReduceSumSquare", 17, real(2, 3), [], {}),
    ("a logarithm of powers", "ReduceLogSumExp", 17, real(2, 3), [], dict(axes=[1])),
    ("two tensors", "Max", 17, real(2, 3), [("b", real(3, start=-1))], {}),
    ("two tensors", "Min", 17, real(2, 3), [("b", real(2, 1, start=1))], {}),
    ("three tensors", "Sum", 17, real(2, 3), [("b", real(3)), ("c", real(2, 1))], {}),
    ("three tensors", "Mean", 17, real(2, 3), [("b", real(3)), ("c", real(2, 1))], {}),
    ("a product of heads", "Einsum", 17, real(1, 2, 3, 4), [("b", real(1, 2, 5, 4))], dict(equation="bhid,bhjd->bhij")),
    ("axes of both that stay", "Einsum", 17, real(2, 3, 4), [("b", real(3, 5, 4))], dict(equation="abc, bdc -> dba")),
    ("nothing to contract", "Einsum", 17, real(3), [("b", real(2))], dict(equation="i,j->ji")),
    ("one operand", "Einsum", 17, real(2, 3, 4), [], dict(equation="abc->ca")),
    ("three operands", "Einsum", 17, real(2, 3), [("b", real(3, 4)), ("c", real(4, 2))], dict(equation="ij,jk,kl->il")),
    ("open axes", "Einsum", 17, real(2, 3, 4), [("b", real(4, 5))], dict(equation="...c,cd->...d")),
    ("no right side", "Einsum", 17, real(2, 3), [("b", real(3, 4))], dict(equation="ij,jk")),
    ("the second axis", "LogSoftmax", 17, real(2, 3), [], dict(axis=0)),
    ("a slope", "LeakyRelu", 17, real(2, 3), [], dict(alpha=0.25)),
    ("a slope for each channel", "PRelu", 17, real(2, 3), [("s", np.float32([0.5, 0.25, 2]))], {}),
    ("a limit", "Elu", 17, real(2, 3), [], dict(alpha=0.5)),
    ("a limit", "Celu", 17, real(2, 3), [], dict(alpha=2.0)),
    ("its constants", "Selu", 17, real(2, 3), [], {}),
    ("large and small numbers", "Softplus", 17, real(2, 3, step=40, start=-150), [], {}),
    ("all numbers", "Softsign", 17, real(2, 3), [], {}),
    ("all numbers", "Mish", 18, real(2, 3), [], {}),
    ("one axis", "Conv", 17, real(1, 2, 6), [("w", real(4, 1, 3)), ("b", real(4))], dict(group=2, pads=[1, 0], strides=[2])),
    ("blocks, channels innermost", "DepthToSpace", 17, real(1, 8, 1, 2), [], dict(blocksize=2)),
    ("blocks, channels outermost", "DepthToSpace", 17, real(1, 8, 1, 2), [], dict(blocksize=2, mode="CRD")),
    ("blocks", "SpaceToDepth", 17, real(1, 2, 2, 4), [], dict(blocksize=2)),
    ("along an axis", "GatherElements", 17, real(3, 4), [("i", ints([[0, 2], [-1, 1]]))], dict(axis=1)),
    ("elements", "GatherND", 17, real(3, 4), [("i", ints([[0, 2], [-1, 1], [0, 2]]))], {}),
    ("rows of samples", "GatherND", 17, real(2, 3, 2), [("i", ints([[[2], [0]], [[1], [1]]]))], dict(batch_dims=1)),
    ("along an axis", "ScatterElements", 17, real(3, 4), [("i", ints([[0, 2], [-1, 1]])), ("u", real(2, 2, start=20))], dict(axis=1)),
    ("rows", "ScatterND", 17, real(3, 2), [("i", ints([[2], [0]])), ("u", real(2, 2, start=20))], {}),
    ("where a condition holds", "Compress", 17, real(4, 2), [("c", np.array([False, True, True, False]))], dict(axis=0)),
    ("nearest, by a scale", "Resize", 17, real(1, 1, 3, 2), [None, ("s", np.float32([1, 1, 2, 1.5]))], {}),
    ("nearest, as PyTorch writes it", "Resize", 17, real(1, 1, 4, 5), [None, None, ("z", ints([1, 1, 3, 7]))], dict(coordinate_transformation_mode="asymmetric", nearest_mode="floor")),
    ("linear", "Resize", 17, real(1, 1, 3, 4), [None, None, ("z", ints([1, 1, 5, 2]))], dict(mode="linear", coordinate_transformation_mode="pytorch_half_pixel")),
    ("linear with corners", "Resize", 17, real(1, 1, 3, 4), [None, None, ("z", ints([1, 1, 5, 6]))], dict(mode="linear", coordinate_transformation_mode="align_corners")),
    ("cubic", "Resize", 17, real(1, 1, 4, 5), [None, None, ("z", ints([1, 1, 6, 3]))], dict(mode="cubic", cubic_coeff_a=-0.75)),
    ("cubic without what is outside", "Resize", 17, real(1, 1, 4, 5), [None, None, ("z", ints([1, 1, 6, 3]))], dict(mode="cubic", exclude_outside=1)),
    ("linear against aliasing", "Resize", 18, real(1, 1, 6, 5), [None, None, ("z", ints([1, 1, 3, 4]))], dict(mode="linear", antialias=1)),
    ("cubic against aliasing", "Resize", 18, real(1, 1, 6, 5), [None, None, ("z", ints([1, 1, 3, 7]))], dict(mode="cubic", antialias=1)),
]
KNOWN = [
    ("angles", "Sin", 17, real(2, 3), [], {}),
    ("angles", "Cos", 17, real(2, 3), [], {}),
    ("angles", "Atan", 17, real(2, 3), [], {}),
    ("both signs", "Sign", 17, real(2, 3), [], {}),
    ("everything so far", "CumSum", 17, real(2, 3), [("a", ints(1))], {}),
    ("what is left, without itself", "CumSum", 17, real(2, 3), [("a", ints(0))], dict(exclusive=1, reverse=1)),
    ("above the diagonal", "Trilu", 17, real(3, 3), [("k", ints(1))], {}),
    ("below it", "Trilu", 17, real(3, 3), [], dict(upper=0)),
    ("the largest", "TopK", 17, real(3, 4), [("k", ints([2]))], dict(axis=0)),
    ("the smallest", "TopK", 17, real(3, 4), [("k", ints([3]))], dict(largest=0)),
    ("truncated remainders", "Mod", 17, real(2, 3), [("b", np.float32([2]))], dict(fmod=1)),
    ("a product", "ReduceProd", 17, real(2, 3), [], dict(axes=[1])),
    ("half to even", "Round", 17, real(2, 3, step=0.5), [], {}),
    ("sums", "ScatterElements", 17, real(3, 4), [("i", ints([[0, 0]])), ("u", real(1, 2, start=20))], dict(axis=1, reduction="add")),
]  # fmt: skip


def answer(case):
    title, operator, opset, x, constants, attributes = case
    inputs = ["x"] + ["" if c is None else c[0] for c in constants]
    outputs = ["y", "indices"] if operator == "TopK" else ["y"]
    node = helper.make_node(operator, inputs, outputs, **attributes)
    initializers = [onnx.numpy_helper.from_array(np.asarray(c[1]), c[0]) for c in constants if c is not None]
    graph = helper.make_graph(
        [node], "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], initializers,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": x})[0]


def numbers(values):
    return "[" + ", ".join(f"{float(v):.8g}".removesuffix(".0") for v in np.ravel(values)) + "]"


def shape(values):
    return "[" + ", ".join(str(n) for n in np.shape(values)) + "]"


def swift_tensor(name, values):
    values = np.asarray(values)
    if values.dtype == np.bool_:
        return f'.raw("{name}", 9, {shape(values)}, {numbers(values)})'
    kind = "floats" if values.dtype == np.float32 else "integers"
    return f'.{kind}("{name}", {numbers(values)}, {shape(values)})'


def swift_attribute(name, value):
    if isinstance(value, str):
        return f'.string("{name}", "{value}")'
    if isinstance(value, float):
        return f'.float("{name}", {value})'
    return f'.{"ints" if isinstance(value, list) else "int"}("{name}", {value})'


def swift(case):
    title, operator, opset, x, constants, attributes = case
    expected = answer(case)
    given = [c for c in constants if c is not None]
    inputs = ["x"] + ["" if c is None else c[0] for c in constants]
    parts = [f'"{title}"', f'"{operator}"', f"opset: {opset}", f"TestTensor({numbers(x)}, {shape(x)})"]
    parts.append("[" + ", ".join(swift_tensor(*c) for c in given) + "]")
    parts.append("[" + ", ".join(swift_attribute(*a) for a in attributes.items()) + "]")
    if None in constants:
        parts.append("inputs: [" + ", ".join(f'"{name}"' for name in inputs) + "]")
    parts.append(f"gives: TestTensor({numbers(expected)}, {shape(expected)})")
    return "    .init(" + ", ".join(parts) + "),"


GROUPS = {
    "layouts": "Pad Slice Gather DepthToSpace SpaceToDepth Compress GatherElements GatherND ScatterElements ScatterND",
    "windows": "MaxPool AveragePool GlobalMaxPool Conv Resize",
    "rows": "BatchNormalization InstanceNormalization GroupNormalization LpNormalization LogSoftmax ReduceMax ReduceMin "
    "ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp",
    "functions": "Max Min Sum Mean Einsum LeakyRelu PRelu Elu Celu Selu Softplus Softsign Mish",
}


def write(folder, name, cases):
    with open(os.path.join(folder, f"RuntimeExamples+{name.capitalize()}.swift"), "w") as file:
        print("import IntaglioData\nimport IntaglioImport\nimport IntaglioTestSupport\n", file=file)
        print("/// Written by `Tests/Scripts/operator_examples.py`.", file=file)
        print(f"extension RuntimeExamples {{\n  static let {name}: [OperatorExample] = [", file=file)
        for case in cases:
            print(swift(case), file=file)
        print("  ]\n}", file=file)


for name, operators in GROUPS.items():
    write(sys.argv[1], name, [case for case in COMPUTED if case[1] in operators.split()])
write(sys.argv[1], "known", KNOWN)
assert all(any(case[1] in operators.split() for operators in GROUPS.values()) for case in COMPUTED)
