/// What an equation such as `bhid,bhjd->bhij` says of operands of given dimensions.
struct EinsumEquation {
  enum Label: Hashable {
    case letter(Character)
    /// An axis of `…`, counted from the right.
    case open(Int)
  }

  /// The label of every axis of every operand.
  let operands: [[Label]]
  let result: [Label]
  let extents: [Label: Int]

  /// `nil` where labels and dimensions do not fit, or where an operand has a label twice.
  init?(_ text: String, shapes: [[Int]]) {
    let sides = text.filter { $0 != " " }.split(separator: ">", omittingEmptySubsequences: false)
    guard let left = sides.first, sides.count <= 2, sides.count == 1 || left.hasSuffix("-") else {
      return nil
    }
    let terms = (sides.count == 2 ? left.dropLast() : left)
      .split(separator: ",", omittingEmptySubsequences: false)
    guard terms.count == shapes.count else { return nil }
    var (operands, extents, counts): ([[Label]], [Label: Int], [Label: Int]) = ([], [:], [:])
    var open = 0
    for (term, shape) in zip(terms, shapes) {
      guard let labels = Self.labels(term, rank: shape.count),
        Set(labels).count == labels.count
      else { return nil }
      for (label, extent) in zip(labels, shape) {
        guard extents.updateValue(extent, forKey: label) ?? extent == extent else { return nil }
        counts[label, default: 0] += 1
        if case .open(let distance) = label { open = max(open, distance) }
      }
      operands.append(labels)
    }
    let ellipsis = (0..<open).map { Label.open(open - $0) }
    if sides.count == 2 {
      guard let labels = Self.labels(sides[1], rank: nil, open: open),
        Set(labels).count == labels.count, labels.allSatisfy({ extents[$0] != nil })
      else { return nil }
      result = labels
    } else {
      // Without a right side: the axes of `…`, then what stands once, in the order of the alphabet.
      let letters = counts.compactMap { label, count -> Character? in
        if case .letter(let letter) = label, count == 1 { letter } else { nil }
      }
      result = ellipsis + letters.sorted().map { .letter($0) }
    }
    (self.operands, self.extents) = (operands, extents)
  }

  /// The labels of one term; `…` takes what a tensor of `rank` axes has left, or `open` axes.
  private static func labels(_ term: Substring, rank: Int?, open: Int = 0) -> [Label]? {
    var result: [Label] = []
    let parts = term.split(separator: "...", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.joined().allSatisfy({ $0.isASCII && $0.isLetter }) else {
      return nil
    }
    let letters = parts.joined().count
    result += parts[0].map { .letter($0) }
    if parts.count == 2 {
      let count = rank.map { $0 - letters } ?? open
      guard count >= 0 else { return nil }
      result += (0..<count).map { .open(count - $0) }
      result += parts[1].map { .letter($0) }
    }
    return rank == nil || result.count == rank ? result : nil
  }
}
