import IntaglioData
import IntaglioGraph
import SwiftProtobuf

/// Writes ONNX nodes and initializers, each under a name of its own.
struct IntegerONNXBuilder {
  private(set) var proto = ONNXGraphProto()
  private var taken: Set<String> = []
  /// How often a name was asked for.
  private var numbers: [String: Int] = [:]
  private var known: [Constant: String] = [:]
  /// What names of nodes begin with.
  var prefix = ""

  private struct Constant: Hashable {
    let element: QDQElement
    let shape: [Int]
    let values: [Int]
  }

  init(name: String) { proto.name = name.isEmpty ? "graph" : name }

  mutating func addInput(_ value: ONNXValueProto) { proto.inputs.append(value) }
  mutating func addOutput(_ value: ONNXValueProto) { proto.outputs.append(value) }

  /// `name`, or with a number behind it where another tensor has it.
  mutating func unique(_ name: String) -> String {
    var candidate = name
    while !taken.insert(candidate).inserted {
      let number = numbers[name, default: 0] + 1
      numbers[name] = number
      candidate = "\(name)_\(number)"
    }
    return candidate
  }

  /// One node, which makes the tensor `output`, a new one where none is given; gives that tensor's name.
  @discardableResult
  mutating func node(
    _ type: String,
    _ inputs: [String],
    _ attributes: [ONNXAttributeProto] = [],
    output: String? = nil
  ) -> String {
    let name = output ?? unique("\(prefix)/\(type)")
    proto.nodes.append(
      .with { node in
        node.operatorType = type
        node.inputs = inputs
        node.outputs = [name]
        node.attributes = attributes
        node.name = name
      }
    )
    return name
  }

  // MARK: Constants

  /// An initializer of integers; equal ones stand once.
  mutating func constant(
    _ values: [Int],
    _ element: QDQElement,
    _ shape: [Int],
    name: String? = nil
  ) -> String {
    let key = Constant(element: element, shape: shape, values: values)
    if name == nil, let found = known[key] { return found }
    let chosen = name ?? unique("\(prefix)/constant")
    proto.initializers.append(.raw(chosen, element, shape, element.bytes(values)))
    if name == nil { known[key] = chosen }
    return chosen
  }

  /// 64-bit integers that stretch as `values` do.
  mutating func constant(_ values: Broadcast<Int>) -> String {
    constant(values.values, .int64, values.shape)
  }

  /// A 64-bit integer.
  mutating func constant(_ value: Int) -> String { constant([value], .int64, []) }

  /// Real numbers of 64 bits.
  mutating func doubles(_ values: [Double], _ shape: [Int], name: String? = nil) -> String {
    let chosen = name ?? unique("\(prefix)/constant")
    let bytes = littleEndianBytes(values.map(\.bitPattern))
    proto.initializers.append(.raw(chosen, .double, shape, bytes))
    return chosen
  }

  // MARK: 64-bit integers

  mutating func cast(_ value: String, _ element: QDQElement, output: String? = nil) -> String {
    node("Cast", [value], [.int("to", Int(element.rawValue))], output: output)
  }

  mutating func add(_ a: String, _ b: String) -> String { node("Add", [a, b]) }
  mutating func subtract(_ a: String, _ b: String) -> String { node("Sub", [a, b]) }
  mutating func multiply(_ a: String, _ b: String) -> String { node("Mul", [a, b]) }
  /// Towards zero.
  mutating func divide(_ a: String, _ b: String) -> String { node("Div", [a, b]) }

  mutating func add(_ a: String, _ b: Broadcast<Int>) -> String {
    b.uniform == 0 ? a : add(a, constant(b))
  }

  mutating func add(_ a: String, _ b: Int) -> String { add(a, Broadcast(b)) }

  mutating func multiply(_ a: String, _ b: Broadcast<Int>) -> String {
    b.uniform == 1 ? a : multiply(a, constant(b))
  }

  mutating func multiply(_ a: String, _ b: Int) -> String { multiply(a, Broadcast(b)) }

  /// 0 or 1 of a number of either sign.
  mutating func parity(_ a: String) -> String { node("Mod", [a, constant(2)]) }

  /// 1 where a ≥ b, else 0.
  mutating func isAtLeast(_ a: String, _ b: String) -> String {
    cast(node("GreaterOrEqual", [a, b]), .int64)
  }

  mutating func clip(_ a: String, _ range: ClosedRange<Int>) -> String {
    node("Clip", [a, constant(range.lowerBound), constant(range.upperBound)])
  }

  mutating func least(_ a: String, _ b: String) -> String { node("Min", [a, b]) }

  mutating func gather(_ table: String, _ index: String) -> String {
    node("Gather", [table, index], [.int("axis", 0)])
  }

  /// Along the last axis, which stays.
  mutating func reduce(_ type: String, _ a: String, axis: Int = -1) -> String {
    node(type, [a, constant([axis], .int64, [1])])
  }

  /// ⌊a / 2^`shift`⌋ for |a| < 2⁶¹.
  mutating func floorShift(_ a: String, _ shift: Broadcast<Int>) -> String {
    let up = add(a, 1 << 61)
    let quotient = divide(up, constant(shift.map { 1 << $0 }))
    return add(quotient, shift.map { -(1 << (61 - $0)) })
  }

  /// ⌊a / b⌋ for positive b.
  mutating func floorDivide(_ a: String, _ b: String) -> String {
    let quotient = divide(a, b)
    let rest = subtract(a, multiply(quotient, b))
    let isBelow = cast(node("Less", [rest, constant(0)]), .int64)
    return subtract(quotient, isBelow)
  }
}
