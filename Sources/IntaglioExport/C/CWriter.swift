import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite

/// Turns a program of nothing but integers into the text of one C99 file, value by value.
struct CWriter {
  let program: IntegerGraph
  var graph: Graph { program.graph }
  /// The integers whose meaning are the logits.
  let result: Value
  /// The codes that the input becomes.
  let codes: Value
  /// The values that are computed, in order.
  private let order: [Value]

  private(set) var memory = CMemory()
  private(set) var tables: [String] = []
  private(set) var tableBytes = 0
  private(set) var body: [String] = []
  /// The functions that are called.
  var helpers: Set<CHelper> = []
  /// What sizes arrays inside functions.
  var limits = CLimits()

  /// The tables of exponentials.
  var powerTables: [IntegerSoftmax.Exponential: String] = [:]

  private var places: [Value: CMemory.Place] = [:]
  /// Of values that are another one in other dimensions, that one.
  private var roots: [Value: Value] = [:]
  private var lastReaders: [Value: Int] = [:]

  /// - Throws: `ExportError`, naming the node.
  init(_ proof: IntegerOnlyGraph, logits: String?) throws(ExportError) {
    program = proof.program
    let graph = proof.graph
    result = try Self.result(of: graph, logits)
    let needed = Self.needed(for: result, in: graph)
    let quantizers = needed.filter { graph[$0].operation.isQuantize }
    let inputs = needed.filter { value in
      if case .input = graph[value].operation { graph.type(of: value).isInteger } else { false }
    }
    guard (quantizers + inputs).count == 1 else {
      throw .noCForm(
        node: graph.label(of: result),
        what: "\((quantizers + inputs).count) quantizers of the input",
        advice: "quantize it once"
      )
    }
    codes = (quantizers + inputs)[0]
    order = needed
    for value in order { roots[value] = root(value) }
    for (position, value) in order.enumerated() {
      for operand in graph[value].operands { lastReaders[roots[operand] ?? operand] = position }
    }
    lastReaders[roots[result] ?? result] = order.count
    for (position, value) in order.enumerated() { try write(value, position) }
  }

  // MARK: The graph's ends

  /// The integers behind the output that holds the logits.
  private static func result(of graph: Graph, _ logits: String?) throws(ExportError) -> Value {
    guard let output = try? graph.logits(logits), output.batch == 1 else {
      throw .noCForm(
        node: graph.outputs.first?.name ?? "graph",
        what: "a model without one row of logits",
        advice: "name the output (--logits NAME); its batch must be 1"
      )
    }
    var value = graph.outputs[output.index].value
    while !graph.type(of: value).isInteger {
      switch graph[value].operation {
      case .dequantize, .softmax, .function(.sigmoid), .layout(.reshape):
        value = graph[value].operands[0]
      default:
        throw .noCForm(
          node: graph.label(of: value),
          what: "\(graph[value].operation.name) on reals behind the integer program",
          advice: "export the model without it"
        )
      }
    }
    return value
  }

  /// What `result` depends on, from the codes of the input on.
  private static func needed(for result: Value, in graph: Graph) -> [Value] {
    var reached = [Bool](repeating: false, count: result.index + 1)
    reached[result.index] = true
    for value in graph.values.prefix(result.index + 1).reversed() where reached[value.index] {
      // What comes before the codes is not computed.
      if graph[value].operation.isQuantize { continue }
      for operand in graph[value].operands { reached[operand.index] = true }
    }
    return graph.values.prefix(result.index + 1).filter { reached[$0.index] }
  }

  // MARK: Places

  /// The value whose buffer `value` shares: a reshape moves nothing.
  private func root(_ value: Value) -> Value {
    guard case .layout(.reshape) = graph[value].operation else { return value }
    let operand = graph[value].operands[0]
    return graph.constant(operand) == nil ? roots[operand] ?? operand : value
  }

  /// The C type of a value's elements.
  func type(_ value: Value) -> String {
    let integer = graph.type(of: value).integer ?? .i32
    switch integer.bits {
    case ...8: return integer.isSigned ? "int8_t" : "uint8_t"
    case ...16: return integer.isSigned ? "int16_t" : "uint16_t"
    default: return "int32_t"
    }
  }

  private func arena(_ value: Value) -> CMemory.Arena {
    let bits = graph.type(of: value).integer?.bits ?? 32
    return bits <= 8 ? .bytes : bits <= 16 ? .words : .longs
  }

  /// Declares a pointer to the elements of `value`.
  func pointer(_ name: String, _ value: Value, isResult: Bool = false) -> String {
    let type = type(value)
    let qualifier = isResult ? "" : "const "
    if graph.constant(value) != nil { return "const \(type) *\(name) = \(table(value));" }
    if roots[value] == codes { return "const \(type) *\(name) = codes;" }
    guard let place = places[roots[value] ?? value],
      let arena = CMemory.Arena(rawValue: place.arena)
    else { return "" }
    let start = "\(arena.name) + \(place.start)"
    let cast = arena.type == type ? start : "(\(qualifier)\(type) *)(\(start))"
    return "\(qualifier)\(type) *\(name) = \(cast);"
  }

  /// The name of the array that holds a constant.
  func table(_ value: Value) -> String { "n\(value.index)" }

  // MARK: Values

  private mutating func write(_ value: Value, _ position: Int) throws(ExportError) {
    if graph.constant(value) != nil {
      if !isPacked(value) { constant(value) }
      return
    }
    guard value != codes else { return }
    let operands = graph[value].operands
    if roots[value] == value {
      guard graph.type(of: value).integer.map({ $0.bits < 32 || $0.isSigned }) == true else {
        throw refusal(value, "\(graph.type(of: value))", "use at most 31 bits without a sign")
      }
      places[value] = place(for: value, position)
      let lines = try statements(value)
      body.append("  { /* \(CText.comment(heading(value))) */")
      body += lines.map { "    " + $0 }
      body.append("  }")
    }
    for operand in Set(operands.map { roots[$0] ?? $0 }) where lastReaders[operand] == position {
      if let place = places[operand],
        !places.contains(where: { $0.key == value && $0.value == place })
      {
        memory.give(place)
      }
    }
    if lastReaders[value] == nil, let place = places[value] { memory.give(place) }
  }

  private func heading(_ value: Value) -> String {
    let name = graph.name(of: value).map { "\($0) = " } ?? ""
    return "\(name)\(graph[value].operation.name): \(graph.type(of: value))"
  }

  /// A buffer for `value`: that of an operand that nobody reads later, where the elements stay in their
  /// places and are as wide.
  private mutating func place(for value: Value, _ position: Int) -> CMemory.Place {
    let type = graph.type(of: value)
    if staysInPlace(value) {
      for operand in graph[value].operands {
        let root = roots[operand] ?? operand
        guard lastReaders[root] == position, let place = places[root],
          graph.type(of: operand).shape == type.shape, arena(root) == arena(value),
          place.count == type.count
        else { continue }
        return place
      }
    }
    return memory.take(arena(value), type.count)
  }

  private func staysInPlace(_ value: Value) -> Bool {
    switch graph[value].operation {
    case .add, .subtract, .multiply, .requantize, .integer(.thresholds), .integer(.lookup),
      .integer(.scaledSum):
      true
    default: false
    }
  }

  // MARK: What values are written with

  func operand(_ value: Value, _ index: Int = 0) -> Value { graph[value].operands[index] }
  func shape(_ value: Value) -> [Int] { graph.type(of: value).shape }

  func range(_ value: Value) -> ClosedRange<Int> {
    program.range(of: value) ?? graph.type(of: value).integer?.range ?? 0...0
  }

  func refusal(_ value: Value, _ what: String, _ advice: String) -> ExportError {
    .noCForm(node: graph.label(of: value), what: what, advice: advice)
  }

  func exact<Form>(
    _ value: Value,
    _ body: () throws(ExactFormError) -> Form
  ) throws(ExportError) -> Form {
    do {
      return try body()
    } catch {
      throw .noExactForm(node: graph.label(of: value), what: error.what, advice: error.advice)
    }
  }

  /// Adds a table of integers, at the width of their type or the narrowest.
  ///
  /// - Returns: its name.
  mutating func add(_ name: String, _ values: [Int], type: String? = nil) -> String {
    let found = CText.type(holding: values)
    let bytes = [
      "int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4,
      "int64_t": 8,
    ]
    tables.append(CText.array(type ?? found.name, name, values.map { CText.long($0) }))
    tableBytes += values.count * (type.flatMap { bytes[$0] } ?? found.bytes)
    return name
  }

  /// Adds a structure.
  mutating func add(_ name: String, structure type: String, _ value: String) {
    tables.append("static const \(type) \(name) = \(value);")
    tableBytes += 64
  }

  /// Adds an array of structures.
  mutating func add(_ name: String, structures type: String, _ values: [String], bytes: Int) {
    tables.append(CText.array(type, name, values))
    tableBytes += values.count * bytes
  }

  private mutating func constant(_ value: Value) {
    guard let integers = graph.constant(value)?.integers else { return }
    _ = add(table(value), integers, type: type(value))
  }

  /// Whether a constant is nothing but the right factor of products, and so lies at its own width.
  private func isPacked(_ value: Value) -> Bool {
    let readers = order.filter { graph[$0].operands.contains(value) }
    return !readers.isEmpty
      && readers.allSatisfy { reader in
        graph[reader].operation == .matmul && graph[reader].operands[0] != value
          && shape(value).count == 2
      }
  }

  /// The weights of a product as a row of bits, in words of 32.
  mutating func packed(_ value: Value) -> (name: String, type: IntegerType)? {
    guard isPacked(value), let integers = graph.constant(value)?.integers,
      let type = graph.type(of: value).integer
    else { return nil }
    let name = table(value)
    guard packedTables.insert(value).inserted else { return (name, type) }
    var words = [UInt32](repeating: 0, count: (integers.count * type.bits + 31) / 32)
    for (index, integer) in integers.enumerated() {
      let code = UInt64(truncatingIfNeeded: integer) & (1 << UInt64(type.bits) - 1)
      let bit = index * type.bits
      let shifted = code << UInt64(bit % 32)
      words[bit / 32] |= UInt32(truncatingIfNeeded: shifted)
      if shifted >> 32 != 0 { words[bit / 32 + 1] |= UInt32(truncatingIfNeeded: shifted >> 32) }
    }
    tables.append(
      CText.array("uint32_t", name, words.map { "0x" + String($0, radix: 16) })
    )
    tableBytes += 4 * words.count
    return (name, type)
  }

  private var packedTables: Set<Value> = []
}
