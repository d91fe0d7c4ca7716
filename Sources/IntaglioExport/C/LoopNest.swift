import IntaglioGraph

/// Loops over the elements of a value, and where several arrays stand in each.
///
/// Neighbouring axes along which every array advances alike are one loop.
struct LoopNest {
  private(set) var extents: [Int]
  /// For each array how far it advances along each axis.
  private(set) var steps: [[Int]]

  init(_ shape: [Int], _ steps: [[Int]]) {
    var extents: [Int] = []
    var kept = steps.map { _ in [Int]() }
    for (axis, extent) in shape.enumerated() where extent != 1 {
      let last = extents.count - 1
      let joins =
        last >= 0
        && steps.indices.allSatisfy { kept[$0][last] == steps[$0][axis] * extent }
      if joins {
        extents[last] *= extent
        for index in steps.indices { kept[index][last] = steps[index][axis] }
      } else {
        extents.append(extent)
        for index in steps.indices { kept[index].append(steps[index][axis]) }
      }
    }
    (self.extents, self.steps) = (extents, kept)
  }

  /// The place of array `index`, in terms of the loops' variables.
  func place(_ index: Int) -> String {
    let terms = zip(steps[index].indices, steps[index]).filter { $0.1 != 0 }.map { axis, step in
      step == 1 ? "i\(axis)" : "i\(axis) * \(step)"
    }
    return terms.isEmpty ? "0" : terms.joined(separator: " + ")
  }

  /// The loops around `body`, which is a line or several.
  func lines(_ body: [String]) -> [String] {
    var result: [String] = []
    for (axis, extent) in extents.enumerated() {
      let indent = String(repeating: "  ", count: axis)
      result.append(
        "\(indent)for (int32_t i\(axis) = 0; i\(axis) < \(extent); i\(axis)++) {"
      )
    }
    let indent = String(repeating: "  ", count: extents.count)
    result += body.map { indent + $0 }
    for axis in extents.indices.reversed() {
      result.append(String(repeating: "  ", count: axis) + "}")
    }
    return result
  }
}
