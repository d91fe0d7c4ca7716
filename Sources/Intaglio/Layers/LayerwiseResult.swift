import IntaglioGraph
public import IntaglioReport

/// What a comparison layer by layer finds.
public struct LayerwiseResult: Sendable {
  public enum Side: String, Sendable, Codable { case a, b }

  /// An image whose run did not reach the end.
  public struct Stop: Sendable {
    public let side: Side
    public let image: String
    /// What stopped it and at which node.
    public let reason: String
  }

  public let images: Int
  /// Images with the right answer; `nil` where there are no answers.
  public let top1A: Proportion?
  public let top1B: Proportion?
  /// Images with the same answer, of those with an answer on both sides.
  public let agreement: Proportion?
  public let codesCompared: Int
  public let codesChanged: Int
  /// The layers of both sides in the order of computation.
  public let layers: [ComparedLayer]
  public let stops: [Stop]

  init(
    layers: [ComparedLayer],
    answers: [(a: Answer?, b: Answer?)],
    labels: [Int]?,
    stops: [Stop]
  ) {
    images = answers.count
    self.layers = layers
    self.stops = stops
    func right(_ found: [Answer?]) -> Proportion? {
      guard let labels, found.contains(where: { $0 != nil }) else { return nil }
      return Proportion(zip(found, labels).count { $0?.label == $1 }, of: labels.count)
    }
    top1A = right(answers.map(\.a))
    top1B = right(answers.map(\.b))
    let both = answers.filter { $0.a != nil && $0.b != nil }
    agreement =
      both.isEmpty
      ? nil
      : Proportion(both.count { $0.a?.label != nil && $0.a?.label == $0.b?.label }, of: both.count)
    codesCompared = layers.reduce(0) { $0 + ($1.changed == nil ? 0 : $1.elements) }
    codesChanged = layers.reduce(0) { $0 + ($1.changed ?? 0) }
  }

  /// Below how many decibels reals count as different, unless the caller says: 60 where the codes
  /// of both sides are compared and reals differ by rounding only, 20 where one side is quantized
  /// otherwise than the other.
  public var usualThreshold: Double { isJudgedByCodes ? 60 : 20 }

  /// Whether both sides have the same quantizers, so that changed codes say everything but what is
  /// behind the last of them.
  private var isJudgedByCodes: Bool {
    codesCompared > 0 && !layers.contains { $0.changed == nil && $0.hasCodes }
  }

  /// The first layer, in the order of computation, with a changed code or with NaN or infinities
  /// on one side only.
  ///
  /// Where quantizers differ in type or one side has none, reals below `threshold` decibels count
  /// as well: locally, or cumulatively where side b cannot be fed. So they do where no code has
  /// changed. `nil` where there is none.
  public func firstDivergingLayer(threshold: Double? = nil) -> ComparedLayer? {
    let limit = threshold ?? usualThreshold
    func isReal(_ layer: ComparedLayer) -> Bool { layer.changed == nil && layer.isBelow(limit) }
    let first = layers.first {
      ($0.changed ?? 0) > 0 || $0.isFiniteOnOneSideOnly || (!isJudgedByCodes && isReal($0))
    }
    return first ?? layers.first(where: isReal)
  }

  /// The first layer that makes something else of the values of side a.
  ///
  /// That is where the fault is, even if rounding has changed a code before; `nil` where there is
  /// none.
  public func firstFaultyLayer(threshold: Double? = nil) -> ComparedLayer? {
    layers.first {
      $0.local != nil
        && (($0.changedLocally ?? 0) > 0
          || ($0.changed == nil && $0.isBelow(threshold ?? usualThreshold)))
    }
  }
}

extension LayerwiseResult {
  /// The layer that loses most by itself; `nil` where none loses anything or nothing can be fed.
  public var worstLayer: ComparedLayer? {
    var worst: (layer: ComparedLayer, ratio: Double)?
    for layer in layers {
      let ratio: Double
      switch layer.local {
      case .decibels(let decibels): ratio = decibels
      case .noSignal: ratio = -.infinity
      case .exact, nil: continue
      }
      if ratio < worst?.ratio ?? .infinity { worst = (layer, ratio) }
    }
    return worst?.layer
  }
}

extension ComparedLayer {
  /// Whether its own values, not those of earlier layers, are below `threshold` decibels.
  func isBelow(_ threshold: Double) -> Bool { (local ?? cumulative)?.isBelow(threshold) ?? false }
}

extension LayerwiseResult.Stop {
  /// - Throws: `fault` when it is no matter of the numbers.
  init(_ side: LayerwiseResult.Side, _ image: String, _ fault: IntaglioGraph.EvaluationError) throws
  {
    guard case .arithmetic = fault else { throw fault }
    self.init(side: side, image: image, reason: fault.description)
  }
}
