/// What to look at first when two sides part.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
  public enum Cause: Hashable, Sendable {
    case notFinite(NotFinite)
    /// All codes are the same.
    case constant(code: Int)
    /// More than half of the codes are at an end of their type, those that stand for zero aside.
    case saturated(share: Double)
  }

  public let layer: String
  public let sides: Set<LayerwiseResult.Side>
  public let cause: Cause

  public var description: String {
    let sides = sides.map(\.rawValue).sorted().joined(separator: " and ")
    switch cause {
    case .notFinite(let found):
      return "\(layer): \(found.value) in \(sides), first at element \(found.element) of image "
        + "\(found.image); \(found.count) elements in all"
    case .constant(let code):
      return
        "\(layer): every code of \(sides) is \(code): the scale is too large or the input is lost"
    case .saturated(let share):
      let percent = Int((share * 100).rounded())
      return "\(layer): \(percent) % of the codes of \(sides) are clipped: the scale is too small"
    }
  }
}

extension LayerwiseResult {
  /// Likely causes: NaN and infinities, constant codes, saturation.
  ///
  /// What concerns one side only comes first, for it explains a difference.
  public var findings: [Finding] {
    let all = layers.flatMap(\.findings)
    return all.filter { $0.sides.count == 1 } + all.filter { $0.sides.count > 1 }
  }
}

extension ComparedLayer {
  fileprivate var findings: [Finding] {
    let (mine, theirs) = (a.cause, b.cause)
    guard let mine else { return theirs.map { [finding([.b], $0)] } ?? [] }
    guard let theirs else { return [finding([.a], mine)] }
    if mine.isLike(theirs) { return [finding([.a, .b], theirs)] }
    return [finding([.a], mine), finding([.b], theirs)]
  }

  private func finding(_ sides: Set<LayerwiseResult.Side>, _ cause: Finding.Cause) -> Finding {
    Finding(layer: name, sides: sides, cause: cause)
  }
}

extension ComparedLayer.Side {
  fileprivate var cause: Finding.Cause? {
    if let notFinite { return .notFinite(notFinite) }
    if let codes, codes.count == 1 { return .constant(code: codes.lowerBound) }
    guard let clipped, elements > 0, 2 * clipped > elements else { return nil }
    return .saturated(share: Double(clipped) / Double(elements))
  }
}

extension Finding.Cause {
  fileprivate func isLike(_ other: Self) -> Bool {
    switch (self, other) {
    case (.notFinite, .notFinite), (.saturated, .saturated): true
    case (.constant(let mine), .constant(let theirs)): mine == theirs
    case (.notFinite, _), (.constant, _), (.saturated, _): false
    }
  }
}
