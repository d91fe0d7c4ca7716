import IntaglioGraph

/// The same layer in two sides.
struct ProbePair: Sendable {
  let a: Probe
  let b: Probe
  /// Whether codes are compared, not reals alone: both sides have codes of one type.
  let comparesCodes: Bool
  /// What both sides' codes mean, where equal codes are equal numbers.
  let common: QuantizationGrid?
  /// Whether `b` takes the values of `a` when layers are judged one by one.
  var isFed = true

  var name: String { a.key.name }

  /// The probe whose program is known best: a record knows neither type nor operation.
  var kind: String { RecordedTensor.kinds.contains(b.kind) ? a.kind : b.kind }

  /// `nil` when the two cannot be compared.
  private init?(_ a: Probe, _ b: Probe) {
    guard a.dimensions == b.dimensions else { return nil }
    (self.a, self.b) = (a, b)
    switch (a.content, b.content) {
    case (.real, .real): (comparesCodes, common) = (false, nil)
    case (.codes(nil), .codes(nil)): (comparesCodes, common) = (true, nil)
    case (.codes(let mine?), .codes(let theirs?)):
      let isSame = mine.matches(theirs)
      // Steps of unknown size are no numbers to compare with those of another type.
      guard isSame || !(mine.isInSteps || theirs.isInSteps) else { return nil }
      comparesCodes = mine.type == theirs.type
      common = isSame ? (mine.isInSteps ? theirs : mine) : nil
    case (.codes(let grid?), .codes(nil)), (.codes(nil), .codes(let grid?)):
      (comparesCodes, common) = (true, grid)
    case (.codes(let grid?), .real), (.real, .codes(let grid?)):
      guard !grid.isInSteps else { return nil }
      (comparesCodes, common) = (false, nil)
    case (.codes(nil), .real), (.real, .codes(nil)): return nil
    }
  }

  /// The numbers that `contents` of one side stand for.
  func reals(_ contents: OracleTensor<Double>, of probe: Probe) -> [Double] {
    guard case .integer(let codes) = contents else { return contents.doubles }
    return (common ?? probe.grid)?.reals(codes) ?? contents.doubles
  }

  /// What stands for `contents` of `a` in the program of `b`; `nil` where it has no such value.
  func fed(_ contents: OracleTensor<Double>) -> OracleTensor<Double>? {
    guard isFed else { return nil }
    if comparesCodes, common != nil || b.grid == nil { return contents }
    let reals = reals(contents, of: a)
    return b.isReal ? .real(reals) : b.grid?.codes(reals).map { .integer($0) }
  }

  /// What two sides have in common, in the order of `b`, or of `a` where `b` knows none.
  ///
  /// - Throws: `ComparisonSideError` when a recorded tensor is not what the other side says.
  static func pairs(
    _ a: ComparisonSide,
    _ b: ComparisonSide
  ) throws(ComparisonSideError) -> [ProbePair] {
    var others: [Probe.Key: Probe] = [:]
    for probe in a.probes where others[probe.key] == nil { others[probe.key] = probe }
    var pairs: [ProbePair] = []
    var seen: Set<Probe.Key> = []
    for probe in b.probes where seen.insert(probe.key).inserted {
      guard let other = others[probe.key] else { continue }
      try a.check(other, against: probe, of: b)
      try b.check(probe, against: other, of: a)
      if let pair = ProbePair(other, probe) { pairs.append(pair) }
    }
    if b.recording != nil {
      pairs = pairs.enumerated().sorted {
        ($0.element.a.slot, $0.offset) < ($1.element.a.slot, $1.offset)
      }.map(\.element)
    }
    return withoutRepetition(pairs).map { $0.fed(into: b, among: pairs) }
  }

  /// Leaves out what another pair says as well: an operand that has a name of its own, a last layer
  /// that is the answer.
  private static func withoutRepetition(_ pairs: [ProbePair]) -> [ProbePair] {
    var best: [[Int]: ProbePair] = [:]
    for pair in pairs where best[pair.slots].map({ $0.rank < pair.rank }) ?? true {
      best[pair.slots] = pair
    }
    return pairs.filter { best[$0.slots]?.a.key == $0.a.key }
  }

  /// The same, fed or not into `side`.
  ///
  /// What only quantizers read is not: their codes are, and a layer that shows a difference in its
  /// reals shall show it in its codes as well.
  private func fed(into side: ComparisonSide, among pairs: [ProbePair]) -> ProbePair {
    guard let quantizers = side.quantizersAlone[b.slot] else { return self }
    let compared = Set(pairs.filter(\.comparesCodes).map(\.a.key))
    var pair = self
    pair.isFed = !quantizers.allSatisfy { compared.contains(.result($0)) }
    return pair
  }

  private var slots: [Int] { [a.slot, b.slot] }

  /// Which of several names for the same two values is told.
  private var rank: Int {
    switch a.key {
    case .operand: 0
    case .result: 1
    case .modelInput, .modelOutput: 2
    }
  }
}
