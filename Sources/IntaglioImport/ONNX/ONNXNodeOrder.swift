/// The nodes that the outputs of an ONNX graph depend on, each after the nodes it depends on.
///
/// Nodes that stand in order already, as the standard asks, keep their order.
struct ONNXNodeOrder {
  /// Positions among the nodes of the file.
  private(set) var nodes: [Int] = []

  /// - Throws: `malformed` when two nodes make a value of the same name, or when a node depends on
  ///   itself.
  init(_ file: [ONNXNode], outputs: [String]) throws(ONNXFault) {
    var makers: [String: Int] = [:]
    for (index, node) in file.enumerated() {
      for name in node.outputs where !name.isEmpty {
        guard let other = makers.updateValue(index, forKey: name) else { continue }
        throw node.malformed(
          expected: "outputs with names of their own",
          found: "\(name), which \(file[other].place) makes too"
        )
      }
    }
    let isNeeded = Self.needed(file, outputs: outputs, makers: makers)
    var state = [State](repeating: .new, count: file.count)
    for index in file.indices where isNeeded[index] {
      try visit(index, file, makers, &state)
    }
  }

  private enum State { case new, open, done }

  private static func needed(
    _ file: [ONNXNode],
    outputs: [String],
    makers: [String: Int]
  ) -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: file.count)
    var pending = outputs
    while let name = pending.popLast() {
      guard let maker = makers[name], !isNeeded[maker] else { continue }
      isNeeded[maker] = true
      pending += file[maker].inputs
    }
    return isNeeded
  }

  /// Appends node `start` after everything it depends on; a stack of its own instead of recursion,
  /// because a file may chain any number of nodes.
  private mutating func visit(
    _ start: Int,
    _ file: [ONNXNode],
    _ makers: [String: Int],
    _ state: inout [State]
  ) throws(ONNXFault) {
    var stack = [(node: start, input: 0)]
    while let (node, input) = stack.last {
      if input == 0 {
        if state[node] == .done {
          stack.removeLast()
          continue
        }
        state[node] = .open
      }
      guard input < file[node].inputs.count else {
        state[node] = .done
        nodes.append(node)
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].input += 1
      guard let maker = makers[file[node].inputs[input]], state[maker] != .done else { continue }
      guard state[maker] == .new else {
        throw file[maker].malformed(
          expected: "a graph without cycles",
          found: "a cycle through \(file[node].place)"
        )
      }
      stack.append((maker, 0))
    }
  }
}
