import IntaglioGraph

/// The same layer in two contenders.
struct TapPair: Sendable {
  let a: Tap
  let b: Tap
  /// Whether codes are compared, not reals alone: both sides have codes of one type.
  let comparesCodes: Bool
  /// What both sides' codes mean, where equal codes are equal numbers.
  let common: CodeGrid?
  /// Whether `b` takes the values of `a` when layers are judged one by one.
  var isFed = true

  var name: String { a.key.name }

  /// The tap whose program is known best: a record knows neither type nor operation.
  var kind: String { RecordedTensor.kinds.contains(b.kind) ? a.kind : b.kind }

  /// `nil` when the two cannot be compared.
  private init?(_ a: Tap, _ b: Tap) {
    guard a.extents == b.extents else { return nil }
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
  func reals(_ contents: OracleTensor<Double>, of tap: Tap) -> [Double] {
    guard case .integer(let codes) = contents else { return contents.doubles }
    return (common ?? tap.grid)?.reals(codes) ?? contents.doubles
  }

  /// What stands for `contents` of `a` in the program of `b`; `nil` where it has no such value.
  func fed(_ contents: OracleTensor<Double>) -> OracleTensor<Double>? {
    guard isFed else { return nil }
    if comparesCodes, common != nil || b.grid == nil { return contents }
    let reals = reals(contents, of: a)
    return b.isReal ? .real(reals) : b.grid?.codes(reals).map { .integer($0) }
  }

  /// What two contenders have in common, in the order of `b`, or of `a` where `b` knows none.
  ///
  /// - Throws: `ContenderError` when a recorded tensor is not what the other side says.
  static func pairs(_ a: Contender, _ b: Contender) throws(ContenderError) -> [TapPair] {
    var others: [Tap.Key: Tap] = [:]
    for tap in a.taps where others[tap.key] == nil { others[tap.key] = tap }
    var pairs: [TapPair] = []
    var seen: Set<Tap.Key> = []
    for tap in b.taps where seen.insert(tap.key).inserted {
      guard let other = others[tap.key] else { continue }
      try a.check(other, against: tap, of: b)
      try b.check(tap, against: other, of: a)
      if let pair = TapPair(other, tap) { pairs.append(pair) }
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
  private static func withoutRepetition(_ pairs: [TapPair]) -> [TapPair] {
    var best: [[Int]: TapPair] = [:]
    for pair in pairs where best[pair.slots].map({ $0.rank < pair.rank }) ?? true {
      best[pair.slots] = pair
    }
    return pairs.filter { best[$0.slots]?.a.key == $0.a.key }
  }

  /// The same, fed or not into `contender`.
  ///
  /// What only quantizers read is not: their codes are, and a layer that shows a difference in its
  /// reals shall show it in its codes as well.
  private func fed(into contender: Contender, among pairs: [TapPair]) -> TapPair {
    guard let quantizers = contender.quantizersAlone[b.slot] else { return self }
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
