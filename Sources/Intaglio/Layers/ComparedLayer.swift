/// How one layer of two sides compares, over all images.
public struct ComparedLayer: Sendable {
  /// What one side shows.
  public struct Side: Sendable {
    public let elements: Int
    /// Codes at either end of their type; `nil` for reals and where no type is known.
    public let saturated: Int?
    /// Codes at an end of their type that do not stand for zero.
    public let clipped: Int?
    /// The least and the greatest code, `nil` for reals.
    public let codes: ClosedRange<Int>?
    public let notFinite: NotFinite?
  }

  public let name: String
  /// The operation that makes it.
  public let kind: String
  /// How many elements were compared.
  public let elements: Int
  public let a: Side
  public let b: Side
  /// Codes that differ when both sides are left to themselves; `nil` for reals.
  public let changed: Int?
  /// Codes that differ when side b gets the values of side a in all layers before; `nil` for reals
  /// and where b cannot be fed.
  public let changedLocally: Int?
  /// Of reals, codes counting by their scale.
  public let cumulative: Ratio?
  /// The same with side b fed; `nil` where it cannot be.
  public let local: Ratio?
  /// The largest |a − b|, both sides left to themselves.
  public let maxError: Double
  /// Whether reals are in steps of the quantizer, whose scale neither side knows.
  public let isInSteps: Bool

  init(_ pair: ProbePair, _ sums: LayerSums) {
    name = pair.name
    kind = pair.kind
    elements = sums.cumulative.elements
    let isFed = sums.local.elements > 0
    a = Side(sums.a, codes: !pair.a.isReal, grid: pair.a.grid ?? pair.common)
    b = Side(sums.b, codes: !pair.b.isReal, grid: pair.b.grid ?? pair.common)
    changed = pair.comparesCodes ? sums.cumulative.changed : nil
    changedLocally = pair.comparesCodes && isFed ? sums.local.changed : nil
    cumulative = sums.cumulative.ratio
    local = sums.local.ratio
    maxError = sums.cumulative.maxError
    isInSteps = pair.comparesCodes && (pair.common?.isInSteps ?? true)
  }

  /// Whether a side has codes, comparable or not.
  var hasCodes: Bool { a.codes != nil || b.codes != nil }

  /// Whether one side has infinities or NaNs where the other has none.
  public var isFiniteOnOneSideOnly: Bool { (a.notFinite == nil) != (b.notFinite == nil) }
}

extension ComparedLayer.Side {
  fileprivate init(_ sums: LayerSums.Side, codes: Bool, grid: QuantizationGrid?) {
    elements = sums.elements
    let hasEnds = codes && grid != nil
    saturated = hasEnds ? sums.ends : nil
    clipped = hasEnds ? sums.clipped : nil
    self.codes = sums.codes
    notFinite = sums.notFinite
  }
}
